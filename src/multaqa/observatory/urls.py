from django.urls import path

from multaqa.observatory import views

app_name = "observatory"
urlpatterns = [
    path("", views.home, name="home"),
    path("values.csv", views.values, name="values"),
    path("observe/", views.observe, name="observe"),
    path("observations/", views.observations, name="observations"),
    path("observations/observations.csv", views.observations_csv, name="observations_csv"),
    path("observations/<int:number>/", views.observation, name="observation"),
    path("observations/<int:number>/confirm/", views.confirm, name="confirm"),
    path("indicators/<slug:code>/", views.indicator, name="indicator"),
    path("indicators/<slug:code>/values.csv", views.indicator_values, name="indicator_values"),
    path("releases/new/", views.release_new, name="release_new"),
    path("releases/<int:number>/", views.release, name="release"),
    path("releases/<int:number>/scores.csv", views.release_scores, name="release_scores"),
    path("<str:code>/", views.territory, name="territory"),
    path("<str:code>/values.csv", views.territory_values, name="territory_values"),
]
