{{- define "coder-reconciler.podMetadata" -}}
labels:
  {{- include "coder-reconciler.labels" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  kubectl.kubernetes.io/default-container: coder-reconciler
  checksum/config: {{ include "coder-reconciler.config" . | sha256sum }}
  {{- with merge dict .Values.podAnnotations .Values.commonAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "coder-reconciler.gitSync" -}}
{{- $git := .Values.source.gitSync -}}
- name: git-sync
  image: {{ $git.digest | empty | ternary $git.image (printf "%s@%s" (regexReplaceAll "@.*$" $git.image "") $git.digest) | quote }}
  args:
    - --repo={{ $git.repo }}
    - --ref={{ $git.ref }}
    - --depth={{ $git.depth }}
    - --root=/git/root
    - --link=current
    {{- if eq .Values.mode "cronJob" }}
    - --one-time
    {{- else }}
    - --period={{ $git.period }}
    - --max-failures=-1
    - --stale-worktree-timeout={{ $git.staleWorktreeTimeout }}
    - --webhook-url=http://127.0.0.1:9466/-/reconcile
    - --webhook-success-status=202
    {{- end }}
    {{- if $git.credentials.existingSecret }}
    {{- if eq $git.credentials.type "ssh" }}
    - --ssh-key-file=/etc/git-secret/ssh
    - --ssh-known-hosts-file=/etc/git-secret/known_hosts
    {{- else }}
    - --password-file=/etc/git-secret/password
    {{- end }}
    {{- end }}
    {{- with $git.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  env:
    - {name: HOME, value: /tmp}
    {{- if and $git.credentials.existingSecret (eq $git.credentials.type "basic") }}
    - name: GITSYNC_USERNAME
      valueFrom: {secretKeyRef: {name: {{ $git.credentials.existingSecret }}, key: username}}
    {{- end }}
    {{- with $git.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- /* ssh wants a user that the image's /etc/passwd knows. */}}
  securityContext:
    runAsUser: 65533
    {{- toYaml .Values.securityContext | nindent 4 }}
  {{- with $git.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - {name: git, mountPath: /git}
    - {name: git-tmp, mountPath: /tmp}
    {{- if $git.credentials.existingSecret }}
    - {name: git-credentials, mountPath: /etc/git-secret, readOnly: true}
    {{- end }}
{{- end -}}

{{- define "coder-reconciler.podSpec" -}}
{{- $fromGit := eq .Values.source.type "gitSync" -}}
{{- $cron := eq .Values.mode "cronJob" -}}
automountServiceAccountToken: false
serviceAccountName: {{ include "coder-reconciler.serviceAccountName" . }}
enableServiceLinks: false
{{- if $cron }}
restartPolicy: Never
{{- end }}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or .Values.extraInitContainers (and $fromGit $cron) }}
initContainers:
  {{- if and $fromGit $cron }}
  {{- include "coder-reconciler.gitSync" . | nindent 2 }}
  {{- end }}
  {{- with .Values.extraInitContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
containers:
  - name: coder-reconciler
    image: {{ include "coder-reconciler.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args:
      - {{ $cron | ternary "apply" "run" }}
      - --config=/etc/coder-reconciler/config.yaml
      {{- with .Values.extraArgs }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- if or .Values.extraEnv .Values.coder.headers.existingSecret }}
    env:
      {{- with .Values.coder.headers }}
      {{- if .existingSecret }}
      - name: CODER_HEADER
        valueFrom: {secretKeyRef: {name: {{ .existingSecret }}, key: {{ .key }}}}
      {{- end }}
      {{- end }}
      {{- with .Values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- end }}
    {{- with .Values.extraEnvFrom }}
    envFrom:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- toYaml .Values.securityContext | nindent 6 }}
    {{- if not $cron }}
    ports:
      - {name: http, containerPort: 9466, protocol: TCP}
    livenessProbe:
      httpGet: {path: /healthz, port: http}
      periodSeconds: {{ .Values.livenessProbe.periodSeconds }}
      failureThreshold: {{ .Values.livenessProbe.failureThreshold }}
      timeoutSeconds: 5
    readinessProbe:
      httpGet: {path: /readyz, port: http}
      periodSeconds: {{ .Values.readinessProbe.periodSeconds }}
      failureThreshold: {{ .Values.readinessProbe.failureThreshold }}
      timeoutSeconds: 5
    {{- end }}
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - {name: config, mountPath: /etc/coder-reconciler, readOnly: true}
      - {name: token, mountPath: /run/coder-reconciler/token, readOnly: true}
      {{- if $fromGit }}
      {{- /* The parent of git-sync's root: only so is a flip of its link seen. */}}
      - {name: git, mountPath: /git, readOnly: true}
      {{- else }}
      - {name: specs, mountPath: /specs, readOnly: true}
      {{- end }}
      {{- if .Values.coder.ca.existingConfigMap }}
      - {name: ca, mountPath: /run/coder-reconciler/ca, readOnly: true}
      {{- end }}
      {{- if .Values.coder.clientCertificate.existingSecret }}
      - {name: client-certificate, mountPath: /run/coder-reconciler/client, readOnly: true}
      {{- end }}
      {{- if and .Values.readToken.existingSecret (not $cron) }}
      - {name: read-token, mountPath: /run/coder-reconciler/read-token, readOnly: true}
      {{- end }}
      {{- if and .Values.notifications.existingSecret (not $cron) }}
      - {name: notifications, mountPath: /run/coder-reconciler/notifications, readOnly: true}
      {{- end }}
      {{- if and .Values.commitStatus.existingSecret (not $cron) }}
      - {name: commit-status, mountPath: /run/coder-reconciler/commit-status, readOnly: true}
      {{- end }}
      {{- if and .Values.apiToken.existingSecret (not $cron) }}
      - {name: api-token, mountPath: /run/coder-reconciler/api-token, readOnly: true}
      {{- end }}
      {{- if and .Values.planToken.existingSecret (not $cron) }}
      - {name: plan-token, mountPath: /run/coder-reconciler/plan-token, readOnly: true}
      {{- end }}
      {{- if and $cron .Values.metrics.pushgateway.url .Values.metrics.pushgateway.auth.existingSecret }}
      - {name: pushgateway, mountPath: /run/coder-reconciler/pushgateway, readOnly: true}
      {{- end }}
      {{- with .Values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  {{- if and $fromGit (not $cron) }}
  {{- include "coder-reconciler.gitSync" . | nindent 2 }}
  {{- end }}
  {{- with .Values.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  - name: config
    configMap: {name: {{ include "coder-reconciler.fullname" . }}}
  - name: token
    secret: {secretName: {{ include "coder-reconciler.tokenSecret" . }}, defaultMode: 0440}
  {{- if $fromGit }}
  - name: git
    emptyDir: {sizeLimit: 1Gi}
  - name: git-tmp
    emptyDir: {sizeLimit: 64Mi}
  {{- with .Values.source.gitSync.credentials.existingSecret }}
  - name: git-credentials
    secret: {secretName: {{ . }}, defaultMode: 0440}
  {{- end }}
  {{- else if eq .Values.source.type "configMap" }}
  - name: specs
    configMap: {name: {{ .Values.source.configMap.existing | default (printf "%s-specs" (include "coder-reconciler.fullname" .)) }}}
  {{- else }}
  - name: specs
    {{- toYaml .Values.source.existingVolume | nindent 4 }}
  {{- end }}
  {{- with .Values.coder.ca.existingConfigMap }}
  - name: ca
    configMap: {name: {{ . }}}
  {{- end }}
  {{- with .Values.coder.clientCertificate.existingSecret }}
  - name: client-certificate
    secret: {secretName: {{ . }}, defaultMode: 0440}
  {{- end }}
  {{- if and .Values.readToken.existingSecret (not $cron) }}
  - name: read-token
    secret: {secretName: {{ .Values.readToken.existingSecret }}, defaultMode: 0440}
  {{- end }}
  {{- if and .Values.notifications.existingSecret (not $cron) }}
  - name: notifications
    secret: {secretName: {{ .Values.notifications.existingSecret }}, defaultMode: 0440}
  {{- end }}
  {{- if and .Values.commitStatus.existingSecret (not $cron) }}
  - name: commit-status
    secret: {secretName: {{ .Values.commitStatus.existingSecret }}, defaultMode: 0440}
  {{- end }}
  {{- if and .Values.apiToken.existingSecret (not $cron) }}
  - name: api-token
    secret: {secretName: {{ .Values.apiToken.existingSecret }}, defaultMode: 0440}
  {{- end }}
  {{- if and .Values.planToken.existingSecret (not $cron) }}
  - name: plan-token
    secret: {secretName: {{ .Values.planToken.existingSecret }}, defaultMode: 0440}
  {{- end }}
  {{- if and $cron .Values.metrics.pushgateway.url .Values.metrics.pushgateway.auth.existingSecret }}
  - name: pushgateway
    secret: {secretName: {{ .Values.metrics.pushgateway.auth.existingSecret }}, defaultMode: 0440}
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
