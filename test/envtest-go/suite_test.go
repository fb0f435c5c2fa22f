package widgets

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

var (
	environment *envtest.Environment
	config      *rest.Config
	k8s         client.Client
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	logf.SetLogger(logr.Discard())
	environment = &envtest.Environment{
		CRDDirectoryPaths:     []string{"config/crd"},
		ErrorIfCRDPathMissing: true,
		WebhookInstallOptions: envtest.WebhookInstallOptions{Paths: []string{"config/webhook"}},
	}
	began := time.Now()
	var err error
	if config, err = environment.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		return 1
	}
	fmt.Printf("started in %d ms\n", time.Since(began).Milliseconds())
	ctx, stopManager := context.WithCancel(context.Background())
	stopped, err := startManager(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		return 1
	}
	code := m.Run()
	stopManager()
	<-stopped
	ending := time.Now()
	if err := environment.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop:", err)
		return 1
	}
	fmt.Printf("stopped in %d ms\n", time.Since(ending).Milliseconds())
	return code
}

func startManager(ctx context.Context) (<-chan struct{}, error) {
	if err := SchemeBuilder.AddToScheme(scheme.Scheme); err != nil {
		return nil, err
	}
	var err error
	if k8s, err = client.New(config, client.Options{Scheme: scheme.Scheme}); err != nil {
		return nil, err
	}
	hooks := environment.WebhookInstallOptions
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                  scheme.Scheme,
		Metrics:                 server.Options{BindAddress: "0"},
		LeaderElection:          true,
		LeaderElectionID:        "widgets",
		LeaderElectionNamespace: "default",
		WebhookServer:           webhook.NewServer(webhook.Options{Host: hooks.LocalServingHost, Port: hooks.LocalServingPort, CertDir: hooks.LocalServingCertDir}),
	})
	if err != nil {
		return nil, err
	}
	if err := (&Reconciler{mgr.GetClient()}).SetupWithManager(mgr); err != nil {
		return nil, err
	}
	if err := (Rules{}).SetupWithManager(mgr); err != nil {
		return nil, err
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := mgr.Start(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "manager:", err)
		}
	}()
	<-mgr.Elected()
	return stopped, nil
}

func eventually(t *testing.T, what string, holds func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = holds(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

func widget(name, color string) *Widget {
	return &Widget{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}, Spec: WidgetSpec{Color: color}}
}

// The webhook server listens a moment after the manager was elected.
func create(t *testing.T, object client.Object) {
	t.Helper()
	eventually(t, "create "+object.GetName(), func() error { return k8s.Create(t.Context(), object) })
}

func TestControllerKeepsAConfigMapAndSaysSo(t *testing.T) {
	one := widget("kept", "red")
	create(t, one)
	if one.Spec.Size != 1 {
		t.Errorf("the definition's default is not there: size is %d", one.Spec.Size)
	}
	eventually(t, "the status", func() error {
		if err := k8s.Get(t.Context(), client.ObjectKeyFromObject(one), one); err != nil {
			return err
		}
		if !meta.IsStatusConditionTrue(one.Status.Conditions, "Ready") {
			return fmt.Errorf("not ready: %+v", one.Status)
		}
		return nil
	})
	settings := &corev1.ConfigMap{}
	if err := k8s.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: one.Status.ConfigMap}, settings); err != nil {
		t.Fatal(err)
	}
	if settings.Data["color"] != "red" || !metav1.IsControlledBy(settings, one) {
		t.Errorf("the ConfigMap is %+v", settings)
	}
	if err := k8s.Delete(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the ConfigMap again", func() error { return k8s.Get(t.Context(), client.ObjectKeyFromObject(settings), settings) })
}

func TestFinalizerIsTakenAwayBeforeAWidgetGoes(t *testing.T) {
	one := widget("gone", "red")
	create(t, one)
	eventually(t, "the finalizer", func() error {
		if err := k8s.Get(t.Context(), client.ObjectKeyFromObject(one), one); err != nil {
			return err
		}
		if len(one.Finalizers) == 0 {
			return fmt.Errorf("none yet")
		}
		return nil
	})
	if err := k8s.Delete(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end", func() error {
		err := k8s.Get(t.Context(), client.ObjectKeyFromObject(one), one)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("still there: %v", err)
	})
}

func TestWebhooksSetAndRefuse(t *testing.T) {
	grey := widget("grey", "")
	create(t, grey)
	if grey.Spec.Color != "grey" {
		t.Errorf("the webhook set no colour: %q", grey.Spec.Color)
	}
	err := k8s.Create(t.Context(), widget("plaid", "plaid"))
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "plaid is no colour") {
		t.Errorf("plaid: %v", err)
	}
}

func TestSchemaAndRulesOfTheDefinitionRefuse(t *testing.T) {
	large := widget("large", "red")
	large.Spec.Size = 101
	for text, wrong := range map[string]*Widget{
		"spec.size in body should be less than or equal to 100": large,
		"an invisible widget cannot be sold":                    widget("invisible", "invisible"),
	} {
		if err := k8s.Create(t.Context(), wrong); !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", wrong.Name, err)
		}
	}
}

func TestClientGoAppliesWithOwnersAndConflicts(t *testing.T) {
	typed := kubernetes.NewForConfigOrDie(config)
	maps := typed.CoreV1().ConfigMaps("default")
	intent := corev1apply.ConfigMap("shared", "default").WithData(map[string]string{"a": "1"})
	if _, err := maps.Apply(t.Context(), intent, metav1.ApplyOptions{FieldManager: "ann"}); err != nil {
		t.Fatal(err)
	}
	other := corev1apply.ConfigMap("shared", "default").WithData(map[string]string{"a": "2"})
	if _, err := maps.Apply(t.Context(), other, metav1.ApplyOptions{FieldManager: "bob"}); !apierrors.IsConflict(err) {
		t.Errorf("bob's apply: %v", err)
	}
	forced, err := maps.Apply(t.Context(), other, metav1.ApplyOptions{FieldManager: "bob", Force: true})
	if err != nil || forced.Data["a"] != "2" {
		t.Errorf("bob's forced apply: %v %v", forced, err)
	}
}

func TestAnotherUserHasItsOwnRights(t *testing.T) {
	user, err := environment.AddUser(envtest.User{Name: "eve", Groups: []string{"visitors"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	typed := kubernetes.NewForConfigOrDie(user.Config())
	if _, err := typed.CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("eve's list: %v", err)
	}
}
