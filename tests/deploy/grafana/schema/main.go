// Judges a dashboard by Grafana's own schema, in the form that its foundation SDK has it: a field, option or value that Grafana
// does not know is an error, and so is one that it wants and does not find.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) == 3 && os.Args[1] == "--data-source" {
		dataSource(os.Args[2])
		return
	}
	if len(os.Args) != 2 {
		log.Fatal("usage: schema DASHBOARD.json | --data-source URL")
	}
	text, err := os.ReadFile(os.Args[1])
	check(err)
	if !json.Valid(text) {
		log.Fatal("not JSON")
	}
	plugins.RegisterDefaultPlugins()
	text, err = withoutAnnotationQueries(text)
	check(err)
	judged := dashboard.Dashboard{}
	check(judged.UnmarshalJSONStrict(text))
	check(judged.Validate())
	if len(judged.Panels) == 0 {
		log.Fatal("it has no panel")
	}
	fmt.Printf("%d panels and rows\n", len(judged.Panels))
}

// dataSource reads a data source's URL as Grafana's client of Prometheus does, and shows whom it would ask.
func dataSource(text string) {
	read, err := url.ParseRequestURI(text)
	check(err)
	if read.Host == "" {
		log.Fatalf("no host in %q", text)
	}
	fmt.Printf("%s://%s%s\n", read.Scheme, read.Host, read.Path)
}

// withoutAnnotationQueries takes out the targets of annotations: the schema has only the form that Grafana's own annotations have,
// and leaves those of a data source to it. static_test.py looks at them.
func withoutAnnotationQueries(text []byte) ([]byte, error) {
	var whole map[string]any
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	annotations, _ := whole["annotations"].(map[string]any)
	list, _ := annotations["list"].([]any)
	for _, one := range list {
		if annotation, ok := one.(map[string]any); ok && annotation["datasource"] != nil {
			delete(annotation, "target")
		}
	}
	return json.Marshal(whole)
}

func check(err error) {
	// The SDK gives a list of errors even where it is empty.
	var list cog.BuildErrors
	if err == nil || (errors.As(err, &list) && len(list) == 0) {
		return
	}
	log.Fatal(err)
}
