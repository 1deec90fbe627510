from django.urls import path

from multaqa.partnerships import views

app_name = "partnerships"
urlpatterns = [
    path("agreements/", views.register, name="register"),
    path("agreements/register.csv", views.register_csv, name="register_csv"),
    path("agreements/draft/", views.draft, name="draft"),
    path("agreements/verify/", views.verify, name="verify"),
    path("agreements/<str:reference>/", views.agreement, name="agreement"),
    path("agreements/<str:reference>/document.pdf", views.document, name="document"),
    path("agreements/<str:reference>/certificate.pdf", views.certificate, name="certificate"),
    path("agreements/<str:reference>/put-to-signature/", views.put_to_signature, name="put_to_signature"),
    path("agreements/<str:reference>/sign/", views.sign, name="sign"),
    path("agreements/<str:reference>/commitments/add/", views.add_commitment, name="add_commitment"),
    path("agreements/<str:reference>/commitments/<int:number>/", views.commitment, name="commitment"),
    path("agreements/<str:reference>/report/", views.submit_report, name="submit_report"),
    path("agreements/<str:reference>/reports/<int:pk>/", views.report, name="report"),
    path("agreements/<str:reference>/evaluate/", views.evaluate, name="evaluate"),
    path("agreements/<str:reference>/reply/", views.reply, name="reply"),
    path("agreements/<str:reference>/findings/<int:pk>/", views.finding, name="finding"),
    path("agreements/<str:reference>/end/", views.end, name="end"),
    path("agreements/<str:reference>/cancel/", views.cancel, name="cancel"),
    path("evaluations/", views.evaluations, name="evaluations"),
]
