// Command cel-costs answers what expressions cost an API server: it compiles and evaluates them with the server's own
// packages. It reads one JSON string a line and writes one JSON list a line: ["value", cost], ["error", cost] or
// ["refused"]. The argument names the file with the object.
//
//	go mod init cel-costs && go get k8s.io/apiserver@v0.37.2 && go build -o cel-costs . && ./cel-costs object.json
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/interpreter"
	plugin "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

type expression struct{ text string }

func (e *expression) GetExpression() string    { return e.text }
func (e *expression) ReturnTypes() []*cel.Type { return []*cel.Type{cel.AnyType} }

type activation map[string]any

func (a activation) ResolveName(name string) (any, bool) { value, ok := a[name]; return value, ok }
func (a activation) Parent() interpreter.Activation      { return nil }

func main() {
	compiler := plugin.NewCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))
	content, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var object any
	if err := decoder.Decode(&object); err != nil {
		panic(err)
	}
	variables := activation{"object": native(object), "oldObject": nil, "request": map[string]any{}, "namespaceObject": nil}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			panic(err)
		}
		answer, _ := json.Marshal(ask(compiler, text, variables))
		fmt.Println(string(answer))
	}
}

func ask(compiler plugin.Compiler, text string, variables activation) (answer []any) {
	defer func() {
		if recover() != nil {
			answer = []any{"panic"}
		}
	}()
	declared := plugin.OptionalVariableDeclarations{}
	compiled := compiler.CompileCELExpression(&expression{text}, declared, environment.NewExpressions)
	if compiled.Error != nil {
		return []any{"refused"}
	}
	_, details, err := compiled.Program.ContextEval(context.Background(), variables)
	var cost uint64
	if details != nil && details.ActualCost() != nil {
		cost = *details.ActualCost()
	}
	if err != nil {
		return []any{"error", cost}
	}
	return []any{"value", cost}
}

// native gives numbers the types that the server's decoder gives them.
func native(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = native(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = native(inner)
		}
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return whole
		}
		double, _ := v.Float64()
		return double
	}
	return value
}
