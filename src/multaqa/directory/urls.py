from django.urls import path

from multaqa.directory import views

app_name = "directory"
urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/<slug:code>/", views.organisation, name="organisation"),
    path("organisations/<slug:code>/amend/", views.amend, name="amend"),
    path("organisations/<slug:code>/appoint/", views.take_office, name="appoint"),
    path("organisations/<slug:code>/declare-tie/", views.declare, name="declare_tie"),
    path("register/organisation/", views.register, name="register_organisation"),
    path("register/person/", views.person, name="register_person"),
    path("offices/<int:pk>/end/", views.leave_office, name="end_office"),
    path("ties/<int:pk>/withdraw/", views.withdraw, name="withdraw_tie"),
    path("desk/identity/", views.identity, name="identity"),
    path("me/account/", views.account, name="account"),
    path("me/language/", views.language, name="language"),
]
