from django.urls import path

from multaqa.funds.views import applications, awards, calls, lots, plans, simulate, votes

app_name = "funds"
urlpatterns = [
    path("", plans.overview, name="overview"),
    path("envelopes/new/", plans.new_envelope, name="create_envelope"),
    path("simulate/", simulate.simulate, name="simulate"),
    path("priorities/", plans.priorities, name="priorities"),
    path("priorities/set/", plans.new_priority, name="set_priority"),
    path("priorities/<int:number>/", plans.priority, name="priority"),
    path("calls/", calls.calls, name="calls"),
    path("calls/open/", calls.new_call, name="open_call"),
    path("calls/<slug:reference>/", calls.call, name="call"),
    path("calls/<slug:reference>/close/", calls.close, name="close_call"),
    path("calls/<slug:reference>/open-vote/", calls.start_vote, name="open_vote"),
    path("calls/<slug:reference>/allocate/", calls.allocate, name="allocate"),
    path("calls/<slug:reference>/results/", calls.results, name="results"),
    path("calls/<slug:reference>/ballots.pb", calls.ballot_file, name="ballot_file"),
    path("calls/<slug:reference>/lot/", lots.lot, name="lot"),
    path("calls/<slug:reference>/lot/reveal/", lots.reveal, name="reveal"),
    path("calls/<slug:reference>/apply/", applications.apply, name="apply"),
    path("calls/<slug:reference>/vote/", votes.vote, name="vote"),
    path("calls/<slug:reference>/paper/", votes.paper, name="paper"),
    path("applications/<int:pk>/", applications.application, name="application"),
    path("applications/<int:pk>/screen/", applications.screen, name="screen_application"),
    path("applications/<int:pk>/review/", applications.review, name="review_application"),
    path("applications/<int:pk>/recuse/", applications.stand_aside, name="recuse"),
    path("applications/<int:pk>/withdraw/", applications.withdraw, name="withdraw_application"),
    path("applications/<int:pk>/award/", awards.make_award, name="award_application"),
    path("awards/", awards.register, name="awards"),
    path("awards.csv", awards.download, name="awards_csv"),
    path("awards/<int:pk>/", awards.award, name="award"),
    path("awards/<int:pk>/agreement/", awards.agreement, name="attach_agreement"),
    path("awards/<int:pk>/plan/", awards.plan, name="plan_tranches"),
    path("awards/<int:pk>/tranches/<int:number>/release/", awards.release, name="release_tranche"),
    path("awards/<int:pk>/tranches/<int:number>/pay/", awards.pay, name="pay_tranche"),
]
