import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { StageSettings } from './settings.ts';
import { addStage } from './stage.ts';

/**
 * The app that is synthesised and deployed: these stages, every check on. `props` is for where a test puts
 * the result.
 */
export function fleetApp(stages: readonly StageSettings[], props: AppProps = {}): App {
  const app = new App({
    analyticsReporting: false,
    ...props,
    context: {
      // What CloudFormation would refuse, synthesis refuses.
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      ...props.context,
    },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const settings of stages) addStage(app, settings);
  return app;
}
