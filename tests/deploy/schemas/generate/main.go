// Makes JSON Schemas of the kinds that our manifests and our chart render: of Kubernetes' own kinds from the OpenAPI
// document of a release, of the operators' kinds from their custom resource definitions. All come as Go modules.
// Run it with generate.sh.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

type object = map[string]any

// The oldest minor version that the chart supports, and a new one.
var kubernetes = []string{"v1.31.0", "v1.37.2"}

var kinds = map[string]string{
	"ConfigMap":           "io.k8s.api.core.v1.ConfigMap",
	"Secret":              "io.k8s.api.core.v1.Secret",
	"Service":             "io.k8s.api.core.v1.Service",
	"ServiceAccount":      "io.k8s.api.core.v1.ServiceAccount",
	"Namespace":           "io.k8s.api.core.v1.Namespace",
	"Deployment":          "io.k8s.api.apps.v1.Deployment",
	"CronJob":             "io.k8s.api.batch.v1.CronJob",
	"NetworkPolicy":       "io.k8s.api.networking.v1.NetworkPolicy",
	"PodDisruptionBudget": "io.k8s.api.policy.v1.PodDisruptionBudget",
}

// Module, file in it.
var definitions = [][2]string{
	{"github.com/prometheus-operator/prometheus-operator@v0.85.0", "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"},
	{"github.com/prometheus-operator/prometheus-operator@v0.85.0", "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml"},
	{"github.com/prometheus-operator/prometheus-operator@v0.85.0", "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"},
	{"github.com/external-secrets/external-secrets@v0.16.2", "config/crds/bases/external-secrets.io_externalsecrets.yaml"},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: generate DIRECTORY")
	}
	out := os.Args[1]
	for _, version := range kubernetes {
		fromOpenAPI(filepath.Join(module("k8s.io/kubernetes@"+version), "api/openapi-spec/swagger.json"),
			filepath.Join(out, version))
	}
	for _, definition := range definitions {
		fromDefinition(filepath.Join(module(definition[0]), definition[1]), filepath.Join(out, "operators"))
	}
}

// module downloads a module and answers where it lies.
func module(name string) string {
	text, err := exec.Command("go", "mod", "download", "-json", name).Output()
	check(err)
	var answer struct{ Dir string }
	check(json.Unmarshal(text, &answer))
	return answer.Dir
}

func fromOpenAPI(path, out string) {
	text, err := os.ReadFile(path)
	check(err)
	var document struct{ Definitions map[string]object }
	check(json.Unmarshal(text, &document))

	used := object{}
	var use func(value any)
	use = func(value any) {
		switch value := value.(type) {
		case object:
			if ref, ok := value["$ref"].(string); ok {
				name := strings.TrimPrefix(ref, "#/definitions/")
				if _, seen := used[name]; !seen {
					definition := document.Definitions[name]
					used[name] = tighten(definition)
					use(definition)
				}
			}
			for _, child := range value {
				use(child)
			}
		case []any:
			for _, child := range value {
				use(child)
			}
		}
	}
	for kind, name := range kinds {
		use(object{"$ref": "#/definitions/" + name})
		definition := used[name].(object)
		definition["required"] = []string{"apiVersion", "kind", "metadata"}
		write(filepath.Join(out, strings.ToLower(kind)+".json"), object{"$ref": "definitions.json#/definitions/" + name})
	}
	write(filepath.Join(out, "definitions.json"), object{"definitions": used})
}

func fromDefinition(path, out string) {
	text, err := os.ReadFile(path)
	check(err)
	var definition struct {
		Spec struct {
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Served bool
				Schema struct{ OpenAPIV3Schema object }
			}
		}
	}
	check(yaml.Unmarshal(text, &definition))
	for _, version := range definition.Spec.Versions {
		if !version.Served {
			continue
		}
		schema := tighten(version.Schema.OpenAPIV3Schema).(object)
		// Named only: their schema is Kubernetes' own.
		schema["properties"].(object)["metadata"] = object{"type": "object"}
		delete(schema["properties"].(object), "status")
		write(filepath.Join(out, strings.ToLower(definition.Spec.Names.Kind)+"_"+version.Name+".json"), schema)
	}
}

// tighten makes of an OpenAPI schema a JSON Schema that also refuses fields that it does not know, as
// `kubectl apply --validate=strict` does. What does not decide (descriptions, defaults) is left out.
func tighten(value any) any {
	switch value := value.(type) {
	case object:
		if value["format"] == "int-or-string" || value["x-kubernetes-int-or-string"] == true {
			return object{"type": []string{"string", "integer"}}
		}
		if text, ok := value["description"].(string); ok && strings.HasPrefix(text, "Quantity is a fixed-point") {
			return object{"type": []string{"string", "number"}}
		}
		tight := object{}
		for key, child := range value {
			switch {
			case key == "properties":
				properties := object{}
				for name, schema := range child.(object) {
					properties[name] = tighten(schema)
				}
				tight[key] = properties
				if value["x-kubernetes-preserve-unknown-fields"] != true && value["additionalProperties"] == nil {
					tight["additionalProperties"] = false
				}
			case key == "description" || key == "default" || key == "example" || strings.HasPrefix(key, "x-kubernetes"):
			case key == "format" && child != "int32" && child != "int64":
				// Formats of Go, such as date-time, that no value of ours has.
			default:
				tight[key] = tighten(child)
			}
		}
		return tight
	case []any:
		tight := make([]any, len(value))
		for i, child := range value {
			tight[i] = tighten(child)
		}
		return tight
	}
	return value
}

// write is stable: maps are encoded in the order of their keys. A definition a line keeps diffs readable.
func write(path string, schema object) {
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	text, err := json.Marshal(schema)
	check(err)
	if definitions, ok := schema["definitions"].(object); ok {
		lines := []string{}
		for name := range definitions {
			one, err := json.Marshal(definitions[name])
			check(err)
			lines = append(lines, fmt.Sprintf("%q:%s", name, one))
		}
		sort.Strings(lines)
		text = []byte("{\"definitions\":{\n" + strings.Join(lines, ",\n") + "\n}}")
	}
	check(os.WriteFile(path, append(text, '\n'), 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
