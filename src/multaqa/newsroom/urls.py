from django.urls import path

from multaqa.newsroom import views

app_name = "newsroom"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("feed.rss", views.feed, {"kind": "rss"}, name="rss"),
    path("feed.atom", views.feed, {"kind": "atom"}, name="atom"),
    path("<str:slug>/", views.article, name="article"),
]
