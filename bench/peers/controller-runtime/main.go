// A cache of all ConfigMaps, as a manager has one. Says `synced` when it is full; for a line on its standard input it says what it holds,
// `uid resourceVersion` a line. Arguments: kubeconfig; `protobuf` (the default for built-in kinds), `json` (what custom resources are) or
// `metadata` (protobuf). KUBE_FEATURE_WatchListClient=false in the environment makes it LIST.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/go-logr/logr"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig, mode string) error {
	log.SetLogger(logr.Discard())
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	var object client.Object = &corev1.ConfigMap{}
	var list client.ObjectList = &corev1.ConfigMapList{}
	switch mode {
	case "protobuf":
	case "json":
		config.ContentType = runtime.ContentTypeJSON
	case "metadata":
		kind := corev1.SchemeGroupVersion.WithKind("ConfigMap")
		object = &metav1.PartialObjectMetadata{}
		object.GetObjectKind().SetGroupVersionKind(kind)
		list = &metav1.PartialObjectMetadataList{}
		list.GetObjectKind().SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ConfigMapList"))
	default:
		return fmt.Errorf("no such mode: %s", mode)
	}
	objects, err := cache.New(config, cache.Options{Scheme: scheme.Scheme})
	if err != nil {
		return err
	}
	if _, err := objects.GetInformer(ctx, object); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- objects.Start(ctx) }()
	if !objects.WaitForCacheSync(ctx) {
		return fmt.Errorf("not synced: %w", <-failed)
	}
	fmt.Println("synced")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	if err := objects.List(ctx, list); err != nil {
		return err
	}
	return say(list)
}

func say(list client.ObjectList) error {
	out := bufio.NewWriter(os.Stdout)
	switch list := list.(type) {
	case *corev1.ConfigMapList:
		for i := range list.Items {
			fmt.Fprintln(out, list.Items[i].UID, list.Items[i].ResourceVersion)
		}
	case *metav1.PartialObjectMetadataList:
		for i := range list.Items {
			fmt.Fprintln(out, list.Items[i].UID, list.Items[i].ResourceVersion)
		}
	}
	return out.Flush()
}
