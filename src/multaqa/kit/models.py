from django.db import models

from multaqa.kit import clock


class PostKey(models.Model):
    """One answered POST: the same key asked again gets the same answer, and nothing is done twice."""

    key = models.CharField(max_length=64, primary_key=True)
    asker = models.CharField(max_length=80)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(default=clock.now)
