import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { fleetApp } from '../../infra/aws/app.ts';
import { type StageSettings, stageSettings } from '../../infra/aws/settings.ts';
import { addStage } from '../../infra/aws/stage.ts';
import { production } from '../../infra/aws/stages.ts';
import { resources, text } from '../support/aws-templates.ts';

const settings = stageSettings.parse({
  ...production,
  api: {
    ...{ cpu: 512, memoryMiB: 1_024, minTasks: 2, maxTasks: 10 },
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0190a0b0-0000-7000-8000-000000000001',
    clientCidrs: ['10.0.0.0/8'],
    endpointService: { allowedPrincipals: ['arn:aws:iam::210987654321:root'] },
  },
});
const stage = synthesised(settings);
const api = stage.api!;
const only = (type: string) => Object.values(resources(api, type))[0]?.Properties ?? {};

function synthesised(wanted: StageSettings) {
  const outdir = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir });
    const { workers, api: apiStack } = addStage(app, wanted);
    return { workers: Template.fromStack(workers), api: apiStack && Template.fromStack(apiStack) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

describe('the HTTP API on AWS', () => {
  test('traces by OpenTelemetry: its process knows the collector beside it, as workers do', () => {
    const byCollector = synthesised(stageSettings.parse({ ...settings, traces: 'otlp' })).api!;
    const [task] = Object.values(resources(byCollector, 'AWS::ECS::TaskDefinition'));

    expect(text(task)).toMatch(/"OTLP_TRACES_URL","Value":"http:\/\/127.0.0.1:4318\/v1\/traces"/);
    expect(text(task)).toContain('AOT_CONFIG_CONTENT');
    expect(text(task)).not.toContain('AWS_XRAY_DAEMON_ADDRESS');
  });

  test('a stage without it has none of it', () => {
    expect(synthesised(production).api).toBeUndefined();
  });

  test('its balancer is inside the network, ends TLS, and is reached from the services named alone', () => {
    expect(only('AWS::ElasticLoadBalancingV2::LoadBalancer')).toMatchObject({ Scheme: 'internal' });
    expect(only('AWS::ElasticLoadBalancingV2::Listener')).toMatchObject({ Port: 443, Protocol: 'HTTPS' });
    const groups = Object.values(resources(api, 'AWS::EC2::SecurityGroup')).map((it) => it.Properties);
    const from = groups.flatMap((it) => (it['SecurityGroupIngress'] ?? []) as { CidrIp?: string }[]);
    expect(from.map((it) => it.CidrIp)).toEqual(['10.0.0.0/8']);
    expect(only('AWS::ElasticLoadBalancingV2::TargetGroup')).toMatchObject({
      HealthCheckPath: '/readyz',
      HealthCheckPort: '8080',
    });
  });

  test('its task logs in as producers do, knows no other store, and speaks plain HTTP only behind TLS', () => {
    const [container] = (only('AWS::ECS::TaskDefinition') as { ContainerDefinitions: object[] })
      .ContainerDefinitions;
    expect(container).toMatchObject({ Command: ['producers/api/main.ts'], ReadonlyRootFilesystem: true });
    expect(text(container)).toMatch(/"BEHIND_TLS","Value":"true"/);
    expect(text(container)).toContain('ProducersUrl');
    expect(text(container)).not.toMatch(/DOCUMENTDB|CACHE_REDIS/);
  });

  test('it scales on its load, and alarms on latency, errors and readiness', () => {
    expect(only('AWS::ApplicationAutoScaling::ScalableTarget')).toMatchObject({
      MinCapacity: 2,
      MaxCapacity: 10,
    });
    expect(Object.keys(resources(api, 'AWS::CloudWatch::Alarm'))).toHaveLength(3);
  });

  test('every alarm goes to the topic, and links to its section of the runbook', () => {
    const runbook = readFileSync(new URL('../../infra/aws/runbook.md', import.meta.url), 'utf8');
    const sections = [...runbook.matchAll(/^## (api-\S+)$/gm)].map(([, name = '']) => name);
    const alarms = Object.values(resources(api, 'AWS::CloudWatch::Alarm')).map((it) => it.Properties);

    for (const alarm of alarms) expect(alarm['AlarmActions']).toHaveLength(1);
    const linked = alarms.map((it) => String(it['AlarmDescription']).split('runbook.md#')[1]);
    expect(linked.sort()).toEqual(sections.toSorted());
  });

  test('workers hold what keys are sealed under', () => {
    const tasks = Object.values(resources(stage.workers, 'AWS::ECS::TaskDefinition'));
    const workers = tasks.filter((it) => text(it).includes('workers/process/main.ts'));
    expect(workers.length).toBeGreaterThan(3);
    for (const task of workers) expect(text(task)).toContain('API_KEYS_SECRET');
  });

  test('no check of the app finds anything', { timeout: 180_000 }, () => {
    const outdir = mkdtempSync(join(tmpdir(), 'api-'));
    const { exitCode } = process;
    try {
      expect(() => fleetApp([settings], { outdir }).synth()).not.toThrow();
      // Some failed validations throw, others are an exit code.
      expect(process.exitCode).toBe(exitCode);
    } finally {
      process.exitCode = exitCode;
      rmSync(outdir, { recursive: true });
    }
  });
});
