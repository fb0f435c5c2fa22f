package widgets

import (
	"context"
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// Rules gives Widgets their colour, and refuses some.
type Rules struct{}

func (Rules) Default(_ context.Context, widget *Widget) error {
	if widget.Spec.Color == "" {
		widget.Spec.Color = "grey"
	}
	return nil
}

func (Rules) ValidateCreate(_ context.Context, widget *Widget) (admission.Warnings, error) {
	if widget.Spec.Color == "plaid" {
		return nil, fmt.Errorf("plaid is no colour")
	}
	return nil, nil
}

func (r Rules) ValidateUpdate(ctx context.Context, _, widget *Widget) (admission.Warnings, error) {
	return r.ValidateCreate(ctx, widget)
}

func (Rules) ValidateDelete(context.Context, *Widget) (admission.Warnings, error) {
	return nil, nil
}

func (r Rules) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewWebhookManagedBy(mgr, &Widget{}).WithDefaulter(r).WithValidator(r).Complete()
}
