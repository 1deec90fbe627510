from django.urls import path

from multaqa.recommendations import views

app_name = "recommendations"
urlpatterns = [
    path("", views.tracker, name="tracker"),
    path("tracker.csv", views.download, name="download"),
    path("adopt/", views.adopt, name="adopt"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/answer/", views.answer, name="answer"),
    path("<str:number>/done/", views.done, name="done"),
]
