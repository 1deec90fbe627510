"""Every address: what people read has a language before it, what machines read has none."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import RedirectView

from multaqa.config.api import api
from multaqa.web import views as web

urlpatterns = [
    path("healthz", web.health, name="health"),
    path("log/", include("multaqa.ledger.log_urls")),
    path("api/", api.urls),
    # one way to sign in, with its second factor
    path("office/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("office/", include("wagtail.admin.urls")),
    path("documents/", include("wagtail.documents.urls")),
]
urlpatterns += i18n_patterns(
    path("", include("multaqa.web.urls")),
    path("ledger/", include("multaqa.ledger.urls")),
    path("", include("multaqa.directory.urls")),
    path("recommendations/", include("multaqa.recommendations.urls")),
    path("observatory/", include("multaqa.observatory.urls")),
    path("consultations/", include("multaqa.consultations.urls")),
    path("", include("multaqa.partnerships.urls")),
    path("fund/", include("multaqa.funds.urls")),
    path("accounts/", include("allauth.urls")),
    path("news/", include("multaqa.newsroom.urls")),
)
handler404 = "multaqa.web.views.not_found"
handler500 = "multaqa.web.views.server_error"
