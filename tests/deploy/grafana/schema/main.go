// Judges a dashboard by Grafana's own schema, in the form that its foundation SDK has it: a field, option or value that Grafana
// does not know is an error, and so is one that it wants and does not find.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: schema DASHBOARD.json")
	}
	text, err := os.ReadFile(os.Args[1])
	check(err)
	if !json.Valid(text) {
		log.Fatal("not JSON")
	}
	plugins.RegisterDefaultPlugins()
	judged := dashboard.Dashboard{}
	check(judged.UnmarshalJSONStrict(text))
	check(judged.Validate())
	if len(judged.Panels) == 0 {
		log.Fatal("it has no panel")
	}
	fmt.Printf("%d panels and rows\n", len(judged.Panels))
}

func check(err error) {
	// The SDK gives a list of errors even where it is empty.
	var list cog.BuildErrors
	if err == nil || (errors.As(err, &list) && len(list) == 0) {
		return
	}
	log.Fatal(err)
}
