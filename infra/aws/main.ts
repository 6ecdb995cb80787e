import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addStage } from './stage.ts';
import { dev, production } from './stages.ts';

const app = new App({
  analyticsReporting: false,
  context: {
    // The stacks of a stage go up and down together, so an export in use may well refuse to be removed.
    '@aws-cdk/core:defaultCrossStackReferences': 'strong',
    // What CloudFormation would refuse, synthesis refuses.
    '@aws-cdk/core:validateAgainstDefaultRules': true,
  },
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
for (const settings of [dev, production]) addStage(app, settings);
app.synth();
