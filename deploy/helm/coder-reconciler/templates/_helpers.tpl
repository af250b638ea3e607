{{- define "coder-reconciler.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "coder-reconciler.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "coder-reconciler.name" . -}}
{{- /* 52 characters: what a CronJob's name may have, and room for the suffixes of the others. */ -}}
{{- (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "coder-reconciler.selectorLabels" -}}
app.kubernetes.io/name: {{ include "coder-reconciler.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "coder-reconciler.labels" -}}
{{ include "coder-reconciler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* name, labels and annotations of an object: (list . SUFFIX [EXTRA-LABELS [EXTRA-ANNOTATIONS]]) */ -}}
{{- define "coder-reconciler.metadata" -}}
{{- $top := index . 0 -}}
{{- $labels := dict -}}
{{- if gt (len .) 2 }}{{ $labels = index . 2 }}{{ end -}}
{{- $annotations := dict -}}
{{- if gt (len .) 3 }}{{ $annotations = index . 3 }}{{ end -}}
name: {{ include "coder-reconciler.fullname" $top }}{{ index . 1 }}
namespace: {{ $top.Release.Namespace }}
labels:
  {{- include "coder-reconciler.labels" $top | nindent 2 }}
  {{- with $labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge dict $annotations $top.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "coder-reconciler.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "coder-reconciler.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "coder-reconciler.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "coder-reconciler.tokenSecret" -}}
{{- .Values.coder.token.existingSecret | default (printf "%s-token" (include "coder-reconciler.fullname" .)) -}}
{{- end -}}

{{- /* Where the specs are, in the container. */ -}}
{{- define "coder-reconciler.specs" -}}
{{- $root := eq .Values.source.type "gitSync" | ternary "/git/root/current" "/specs" -}}
{{- $path := trimAll "/" .Values.source.path -}}
{{- $path | empty | ternary $root (printf "%s/%s" $root $path) -}}
{{- end -}}

{{- /* The configuration file. */ -}}
{{- define "coder-reconciler.config" -}}
{{- $own := dict
      "coder-url" .Values.coder.url
      "coder-token-file" (printf "/run/coder-reconciler/token/%s" .Values.coder.token.key)
      "paths" (list (include "coder-reconciler.specs" .)) -}}
{{- if eq .Values.mode "deployment" -}}
{{- $_ := set $own "listen" ":9466" -}}
{{- else if not (hasKey .Values.config "timeout") -}}
{{- /* It gives up by itself, and says why, before Kubernetes stops it; git-sync needs some of the time too. */ -}}
{{- $_ := set $own "timeout" (printf "%ds" (div (mul .Values.cronJob.activeDeadlineSeconds 8) 10)) -}}
{{- end -}}
{{- with .Values.coder.ca }}{{ if .existingConfigMap }}{{ $_ := set $own "ca-file" (printf "/run/coder-reconciler/ca/%s" .key) }}{{ end }}{{ end -}}
{{- if .Values.coder.clientCertificate.existingSecret -}}
{{- $_ := set $own "client-cert" "/run/coder-reconciler/client/tls.crt" -}}
{{- $_ := set $own "client-key" "/run/coder-reconciler/client/tls.key" -}}
{{- end -}}
{{- with .Values.metrics.pushgateway -}}
{{- if and (eq $.Values.mode "cronJob") .url -}}
{{- $_ := set $own "pushgateway-url" .url -}}
{{- $labels := .grouping | default (dict "instance" (include "coder-reconciler.fullname" $) "namespace" $.Release.Namespace) -}}
{{- $grouping := list -}}
{{- range $name, $value := $labels }}{{ $grouping = append $grouping (printf "%s=%s" $name $value) }}{{ end -}}
{{- $_ := set $own "pushgateway-grouping" $grouping -}}
{{- if .auth.existingSecret }}{{ $_ := set $own "pushgateway-auth-file" (printf "/run/coder-reconciler/pushgateway/%s" .auth.key) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.mode "deployment") .Values.readToken.existingSecret -}}
{{- $_ := set $own "read-token-file" (printf "/run/coder-reconciler/read-token/%s" .Values.readToken.key) -}}
{{- end -}}
{{- if and (eq .Values.mode "deployment") .Values.notifications.existingSecret -}}
{{- $_ := set $own "notify-url-file" (printf "/run/coder-reconciler/notifications/%s" .Values.notifications.key) -}}
{{- if .Values.notifications.signingKey }}{{ $_ := set $own "notify-secret-file" (printf "/run/coder-reconciler/notifications/%s" .Values.notifications.signingKey) }}{{ end -}}
{{- end -}}
{{- if and (eq .Values.mode "deployment") .Values.commitStatus.existingSecret -}}
{{- $_ := set $own "commit-status-token-file" (printf "/run/coder-reconciler/commit-status/%s" .Values.commitStatus.key) -}}
{{- end -}}
{{- if and (eq .Values.mode "deployment") .Values.service.enabled -}}
{{- /* The names that the Service has in the cluster, beside those that the user gives. */ -}}
{{- $name := include "coder-reconciler.fullname" . -}}
{{- $namespaced := printf "%s.%s" $name .Release.Namespace -}}
{{- $hosts := list $name $namespaced (printf "%s.svc" $namespaced) (printf "%s.svc.cluster.local" $namespaced) -}}
{{- with index .Values.config "allowed-hosts" }}{{ $hosts = concat $hosts (kindIs "string" . | ternary (splitList "," (toString .)) .) }}{{ end -}}
{{- $_ := set $own "allowed-hosts" $hosts -}}
{{- end -}}
{{- if and (eq .Values.mode "deployment") .Values.apiToken.existingSecret -}}
{{- $_ := set $own "api-token-file" (printf "/run/coder-reconciler/api-token/%s" .Values.apiToken.key) -}}
{{- end -}}
{{- if and (eq .Values.mode "deployment") .Values.planToken.existingSecret -}}
{{- $_ := set $own "plan-token-file" (printf "/run/coder-reconciler/plan-token/%s" .Values.planToken.key) -}}
{{- end -}}
{{- toYaml (merge $own .Values.config) -}}
{{- end -}}
