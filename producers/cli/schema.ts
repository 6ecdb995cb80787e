import { Argument, Command } from 'commander';
import { jsonSchema, type SchemaName, schemaNames } from '../../jobs/json-schemas.ts';

export function schemaCommand(): Command {
  return new Command('schema')
    .description('the JSON Schema of a file, so that editors complete and check it; needs no server')
    .addArgument(new Argument('<name>', 'of which file').choices(schemaNames))
    .action((name: SchemaName) => {
      console.log(JSON.stringify(jsonSchema(name), null, 2));
    });
}
