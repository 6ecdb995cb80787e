// Calls GameLift by Go's SDK as told on standard input: driver URL KEYS
// A line is {"operation", "input", "as"}; each is answered by a line {"output"} or {"error"}.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/gamelift"
	"github.com/aws/smithy-go"
)

type asking struct {
	Operation string
	Input     json.RawMessage
	As        string
}

func main() {
	keys := map[string]struct{ Id, Secret, Token string }{}
	must(json.Unmarshal([]byte(os.Args[2]), &keys))
	clients := map[string]*gamelift.Client{}
	for name, key := range keys {
		key := key
		clients[name] = gamelift.New(gamelift.Options{
			Region:           "eu-west-1",
			EndpointResolver: gamelift.EndpointResolverFromURL(os.Args[1]),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: key.Id, SecretAccessKey: key.Secret, SessionToken: key.Token}, nil
			}),
		})
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<22)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked asking
		must(json.Unmarshal(lines.Bytes(), &asked))
		output, err := call(clients[asked.As], asked)
		if err == nil {
			must(answers.Encode(map[string]any{"output": output}))
			continue
		}
		code, message := "no answer of the API", err.Error()
		var fault smithy.APIError
		if errors.As(err, &fault) {
			code, message = fault.ErrorCode(), fault.ErrorMessage()
		}
		must(answers.Encode(map[string]any{"error": map[string]string{"Code": code, "Message": message}}))
	}
}

func call(client *gamelift.Client, asked asking) (any, error) {
	method := reflect.ValueOf(client).MethodByName(asked.Operation)
	input := reflect.New(method.Type().In(1).Elem())
	if err := json.Unmarshal(asked.Input, input.Interface()); err != nil {
		return nil, err
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	err, _ := results[1].Interface().(error)
	return results[0].Interface(), err
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
