from django.urls import path

from multaqa.consultations import views

app_name = "consultations"
urlpatterns = [
    path("", views.index, name="index"),
    path("open/", views.open_, name="open"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/vote/", views.vote, name="vote"),
    path("<slug:slug>/points/", views.points, name="points"),
    path("<slug:slug>/points/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:slug>/points/paper/", views.paper_points, name="paper_points"),
    path("<slug:slug>/statements/", views.statements, name="statements"),
    path("<slug:slug>/propose/", views.propose, name="propose"),
    path("<slug:slug>/results/", views.results, name="results"),
    path("<slug:slug>/results.csv", views.download, name="download"),
    path("<slug:slug>/moderation/", views.moderation, name="moderation"),
    path("<slug:slug>/moderation/<int:number>/", views.review, name="review"),
    path("<slug:slug>/paper/", views.paper, name="paper"),
    path("<slug:slug>/sheet/", views.sheet, name="sheet"),
    path("<slug:slug>/close/", views.close, name="close"),
]
