import type { InstalledConfiguration } from './configuration.ts';

/**
 * A version of a configuration as the record has it. What it says is JSON text: it has names in it that
 * somebody has chosen, of which DocumentDB takes some for no field.
 */
export interface StoredConfiguration extends Omit<InstalledConfiguration, 'configuration'> {
  readonly configuration: string;
  /** The ladder that it names, by which it is looked for. */
  readonly ladder: string;
}

export const asStoredConfiguration = (installed: InstalledConfiguration): StoredConfiguration => ({
  ...installed,
  configuration: JSON.stringify(installed.configuration),
  ladder: installed.configuration.ladder,
});

export const fromStoredConfiguration = ({
  configuration,
  ladder: _,
  ...installed
}: StoredConfiguration): InstalledConfiguration => ({
  ...installed,
  configuration: JSON.parse(configuration),
});
