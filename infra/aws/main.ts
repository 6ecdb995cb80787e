import { fleetApp } from './app.ts';
import { dev, production } from './stages.ts';

fleetApp([dev, production]).synth();
