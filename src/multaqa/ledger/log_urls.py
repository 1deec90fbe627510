"""The published log as C2SP tlog-tiles asks for it, outside any language."""

from django.urls import path

from multaqa.ledger import views

urlpatterns = [path("<path:name>", views.log_file, name="log_file")]
