from django.urls import path

from multaqa.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("verify/", views.verify, name="verify"),
    path("<int:number>/", views.entry, name="entry"),
    path("<int:number>/receipt.tlog-proof", views.receipt, name="receipt"),
    path("<int:number>/receipt.svg", views.receipt_code, name="receipt_code"),
]
