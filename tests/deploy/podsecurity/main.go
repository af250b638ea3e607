// Judges the pods of manifests on standard input by the restricted pod security standard, with the code by which
// Kubernetes' own admission does. Says what it judged; ends with 1 if one pod is refused or none was found.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(0)
	text, err := io.ReadAll(os.Stdin)
	check(err)
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	check(err)
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}

	judged, refused := 0, 0
	for _, document := range strings.Split("\n"+string(text), "\n---") {
		var head struct {
			metav1.TypeMeta   `json:",inline"`
			metav1.ObjectMeta `json:"metadata"`
		}
		check(yaml.Unmarshal([]byte(document), &head))
		var pod corev1.PodTemplateSpec
		switch head.Kind {
		case "Deployment":
			var deployment appsv1.Deployment
			check(yaml.UnmarshalStrict([]byte(document), &deployment))
			pod = deployment.Spec.Template
		case "CronJob":
			var cron batchv1.CronJob
			check(yaml.UnmarshalStrict([]byte(document), &cron))
			pod = cron.Spec.JobTemplate.Spec.Template
		default:
			continue
		}
		judged++
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
		if result.Allowed {
			fmt.Printf("%s %s: restricted\n", head.Kind, head.Name)
		} else {
			refused++
			fmt.Printf("%s %s: refused: %s\n", head.Kind, head.Name, result.ForbiddenDetail())
		}
	}
	if refused > 0 || judged == 0 {
		log.Fatalf("%d judged, %d refused", judged, refused)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
