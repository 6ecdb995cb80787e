"""Calls GameLift by boto3 as told on standard input: driver.py URL PROTOCOL KEYS FOLDER

A line is {"operation", "input", "as"}; each is answered by a line {"output"} or {"error"}. For the protocol CBOR, FOLDER gets a
service model that names no other protocol.
"""
import glob, gzip, json, os, sys

import botocore

url, protocol, keys, folder = sys.argv[1:5]
if protocol == 'CBOR':
    (model,) = glob.glob(os.path.join(os.path.dirname(botocore.__file__), 'data/gamelift/*/service-2.json*'))
    with (gzip.open if model.endswith('.gz') else open)(model, 'rt') as file:
        service = json.load(file)
    service['metadata'].update(protocol='smithy-rpc-v2-cbor', protocols=['smithy-rpc-v2-cbor'])
    place = os.path.join(folder, 'gamelift', os.path.basename(os.path.dirname(model)))
    os.makedirs(place)
    with open(os.path.join(place, 'service-2.json'), 'w') as file:
        json.dump(service, file)
    os.environ['AWS_DATA_PATH'] = folder

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

clients = {
    name: boto3.client('gamelift', endpoint_url=url, region_name='eu-west-1', aws_access_key_id=key['id'],
                       aws_secret_access_key=key['secret'], aws_session_token=key.get('token'))
    for name, key in json.loads(keys).items()
}
assert clients['studio'].meta.service_model.resolved_protocol == {'JSON': 'json', 'CBOR': 'smithy-rpc-v2-cbor'}[protocol]
for line in sys.stdin:
    asked = json.loads(line)
    try:
        call = getattr(clients[asked['as']], xform_name(asked['operation']))
        said = {'output': call(**asked['input'])}
    except ClientError as error:
        said = {'error': error.response['Error']}
    print(json.dumps(said, default=lambda it: it.isoformat()), flush=True)
