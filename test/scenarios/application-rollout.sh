#!/usr/bin/env bash
# An application's life on a cluster that runs pods, step by step, with what the API shows after each. The operator must be running
# (`kubewright run application`). On a simulated cluster (kwok), pods with an image whose tag begins with "broken" must not become ready.
#   KUBECONFIG=… test/scenarios/application-rollout.sh [NAMESPACE]
set -euo pipefail
ns=${1:-application-rollout}
k() { kubectl --namespace "$ns" "$@"; }
step() { printf '\n== %s\n' "$1"; }
show() {
  k get applications.apps.kubewright.dev shop --output wide
  k get applications.apps.kubewright.dev shop --output jsonpath='{range .status.conditions[*]}  {.type}={.status} {.reason}: {.message}{"\n"}{end}'
  k get deployments,services,ingresses,configmaps,poddisruptionbudgets,controllerrevisions --selector apps.kubewright.dev/application=shop --output name
}
ready() { k wait applications.apps.kubewright.dev/shop --for=condition=Ready --timeout=90s; }
patch() { k patch applications.apps.kubewright.dev shop --type merge --patch "$1"; }

kubectl create namespace "$ns"

step create
k apply --filename - <<YAML
apiVersion: apps.kubewright.dev/v1
kind: Application
metadata: { name: shop }
spec:
  image: docker.io/nginxinc/nginx-unprivileged:1.29
  replicas: 2
  ports: [{ port: 8080 }]
  config: { MODE: fast }
  podDisruptionBudget: { maxUnavailable: 1 }
  ingress: { hosts: [{ host: shop.example }] }
  rollbackOnFailure: true
  progressDeadlineSeconds: 10
YAML
ready; show

step 'scale to 4'
k scale applications.apps.kubewright.dev/shop --replicas=4
k wait applications.apps.kubewright.dev/shop --for=jsonpath='{.status.readyReplicas}'=4 --timeout=90s
ready; show

step 'change the settings'
patch '{"spec":{"config":{"MODE":"slow"}}}'
k wait applications.apps.kubewright.dev/shop --for=jsonpath='{.status.observedGeneration}'=3 --timeout=30s
ready; show

step 'break the image: rolled back after the deadline'
patch '{"spec":{"image":"docker.io/nginxinc/nginx-unprivileged:broken"}}'
k wait applications.apps.kubewright.dev/shop --for=jsonpath='{.status.phase}'=RolledBack --timeout=90s
k wait applications.apps.kubewright.dev/shop --for=condition=Progressing=False --timeout=90s
show
k get deployments shop --output jsonpath='  the Deployment runs {.spec.template.spec.containers[0].image}{"\n"}'

step 'mend the image'
patch '{"spec":{"image":"docker.io/nginxinc/nginx-unprivileged:1.30"}}'
k wait applications.apps.kubewright.dev/shop --for=jsonpath='{.status.phase}'=Running --timeout=90s
ready; show

step 'delete the Service and the Deployment by hand'
uid=$(k get deployments shop --output jsonpath='{.metadata.uid}')
k delete service,deployment shop
until [ "$(k get deployments shop --ignore-not-found --output jsonpath='{.metadata.uid}')" != "$uid" ] && k get services shop --output name > /dev/null 2>&1; do sleep 0.2; done
ready; show

step events
k get events --field-selector involvedObject.kind=Application --sort-by=.lastTimestamp --output custom-columns=TYPE:.type,REASON:.reason,MESSAGE:.message

step 'delete in the foreground'
k delete applications.apps.kubewright.dev shop --cascade=foreground --timeout=90s
k get deployments,services,ingresses,configmaps,poddisruptionbudgets,controllerrevisions,pods --selector apps.kubewright.dev/application=shop
kubectl delete namespace "$ns" --wait=false
