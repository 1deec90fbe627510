"""This year's loop, from two dry wells to six initiatives, and what a visitor may take part in today."""

from datetime import timedelta

from multaqa.cli.demo.acts import DIRHAM, apply, fresh, open_call, vote
from multaqa.cli.demo.telling import At, Chapter, Story
from multaqa.consultations import actions as consultations
from multaqa.funds import actions as funds
from multaqa.funds import lots
from multaqa.funds.models import Application
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.observatory import actions as observatory
from multaqa.observatory.models import Observation
from multaqa.observatory.releasing import release_index
from multaqa.partnerships import actions as partnerships
from multaqa.recommendations import actions as recommendations

_T = Translated.of


def observing(story: Story) -> Chapter:
    cast = story.cast
    yield At(318, hour=9)
    story.things["dry wells"] = observatory.record_observation(
        actor=cast["facilitator"],
        reporter=cast.organisation("regional-council"),
        territory=story.place("12.391.09.01"),
        kind=Observation.Kind.WATER,
        title=_T(
            "جفاف بئرين بدواوير العركوب",
            "Deux puits à sec dans les douars d’El Argoub",
            "Two wells dry in the douars of El Argoub",
        ),
        text="تعتمد الأسر على صهريج واحد كل عشرة أيام منذ شهرين.",
        seen_on=clock.today() - timedelta(days=2),
        households=95,
        is_demo=True,
    )
    yield At(316)
    observatory.confirm_observation(actor=cast["coordinator"], observation=story["dry wells"])
    yield At(315)
    story.things["release"] = release_index(
        actor=cast["council"],
        title=_T(
            "مؤشر الهشاشة في الجماعات",
            "Indice de vulnérabilité des communes",
            "Vulnerability index of the communes",
        ),
    )
    yield At(314)
    release_index(
        actor=cast["council"],
        root=story["country"],
        title=_T(
            "مقارنة جماعات البلاد",
            "Comparaison des communes du pays",
            "Comparison of the country’s communes",
        ),
        draws=1000,
    )


STATEMENTS = [
    _T("نقطة ماء في كل دوار يتجاوز 20 أسرة", "Un point d’eau dans chaque douar de plus de 20 ménages", "A water point in every douar above 20 households"),
    _T("الصهاريج المتنقلة قبل البناء الدائم", "Des citernes mobiles avant tout ouvrage durable", "Mobile tanks before anything permanent"),
    _T("أداء رمزي مقابل الماء لتغطية الصيانة", "Une contribution symbolique pour l’entretien", "A token payment for water to cover upkeep"),
    _T("الأولوية للمدارس والمراكز الصحية", "Priorité aux écoles et aux centres de santé", "Schools and health centres come first"),
    _T("نشر نتائج تحليل الماء كل شهر", "Publier chaque mois les analyses de l’eau", "Publish the water analyses every month"),
    _T("تكوين شباب الدواوير على صيانة المضخات", "Former les jeunes des douars à l’entretien des pompes", "Train young people of the douars to maintain pumps"),
    _T("محطات تحلية صغيرة على الساحل", "De petites unités de dessalement sur la côte", "Small desalination units on the coast"),
]  # fmt: skip


def consulting(story: Story) -> Chapter:
    cast = story.cast
    yield At(290)
    talk = consultations.open_consultation(
        actor=cast["council"],
        title=_T("الماء في البادية", "L’eau à la campagne", "Water in the countryside"),
        question=_T(
            "ما الذي ينبغي أن نبدأ به ليصل الماء إلى كل دوار؟",
            "Par quoi commencer pour que l’eau arrive à chaque douar ?",
            "Where should we begin so that water reaches every douar?",
        ),
        territory=story["region"],
        opens_on=clock.today(),
        closes_on=clock.today() + timedelta(days=24),
        statements=STATEMENTS,
        organiser=cast.organisation("regional-council"),
        causes=[story["release"], story["dry wells"]],
    )
    yield At(275)
    vote(story, talk, cast.residents)
    for number in range(1, 13):
        consultations.enter_paper_votes(
            actor=cast["facilitator"],
            consultation=talk,
            receipt=f"A-{number:03}",
            votes={
                place: story.chance.choices([1, 0, -1], [6, 1, 2])[0]
                for place in range(1, len(STATEMENTS) + 1)
            },
        )
    yield At(265)
    story.things["water talk"] = consultations.close_consultation(actor=cast["council"], consultation=talk)


ASKED: list[tuple[Translated, str, str, int, str | None, Translated | None]] = [
    # title, addressee, territory, days to answer, verdict, words of the answer
    (_T("صندوق للماء القروي قبل الصيف", "Un fonds pour l’eau rurale avant l’été", "A fund for rural water before the summer"), "joint-cell", "", 60, "accepted", None),
    (_T("نشر تحاليل الماء كل شهر", "Publier les analyses de l’eau chaque mois", "Publish the water analyses every month"), "water-service", "", 60, "partly", _T("ننشرها كل ثلاثة أشهر إلى حين توفير مختبر.", "Publication trimestrielle en attendant un laboratoire.", "Every three months until there is a laboratory.")),
    (_T("نقل صحي أسبوعي إلى تشلا", "Un transport sanitaire hebdomadaire vers Tichla", "A weekly health transport to Tichla"), "health-service", "12.066.03.07", 200, None, None),
    (_T("نشر لائحة الجمعيات المستفيدة", "Publier la liste des associations bénéficiaires", "Publish the list of associations supported"), "dakhla-council", "12.391.01.01", 214, None, None),
    (_T("إشراك هيئة المساواة في برمجة الماء", "Associer l’instance de l’équité au programme de l’eau", "Involve the equity body in planning water"), "el-argoub-council", "12.391.09.01", 90, "refused", _T("البرمجة الحالية أقفلت في دورة أكتوبر، ونقترح الإشراك في الدورة المقبلة.", "La programmation a été close à la session d’octobre ; nous proposons la suivante.", "Planning closed at the October session; we propose the next one.")),
    (_T("صيانة نقط الماء بعد السنة الأولى", "Entretenir les points d’eau après la première année", "Maintain the water points after the first year"), "regional-council", "", 300, None, None),
]  # fmt: skip


def recommending(story: Story) -> Chapter:
    cast = story.cast
    answering = {"joint-cell": "coordinator", "water-service": "water", "el-argoub-council": "argoub"}
    day = yield At(241)
    adopted = [
        recommendations.adopt_recommendation(
            actor=cast["council"],
            title=title,
            text=title,
            addressee=cast.organisation(addressee),
            proposer=cast.organisation("regional-council"),
            territory=story.place(place) if place else story["region"],
            due_on=day + timedelta(days=days),
            causes=[story["water talk"]],
        )
        for title, addressee, place, days, _verdict, _words in ASKED
    ]
    yield At(205)
    for asked, (_title, addressee, _place, _days, verdict, words) in zip(adopted, ASKED, strict=True):
        if verdict:
            recommendations.answer_recommendation(
                actor=cast[answering[addressee]], recommendation=asked, verdict=verdict, text=words
            )
    story.things["asked"] = adopted
    yield At(160)
    finding = story["evaluation"].findings.get()
    partnerships.link_finding(actor=cast["council"], finding=finding, recommendation=adopted[-1])


def funding(story: Story) -> Chapter:
    cast = story.cast
    yield At(201)
    story.things["priority"] = funds.set_priority(
        actor=cast["coordinator"],
        cell=cast.organisation("joint-cell"),
        title=_T("الماء في البادية", "L’eau à la campagne", "Water in the countryside"),
        text=_T(
            "5,1% فقط من الأسر القروية مرتبطة بالماء الجاري.",
            "Seuls 5,1 % des ménages ruraux ont l’eau courante.",
            "Only 5.1% of rural households have running water.",
        ),
        territory=story["region"],
        rank=1,
        recommendations=[story["asked"][0], story["asked"][1]],
        is_demo=True,
    )
    story.things["second priority"] = funds.set_priority(
        actor=cast["cell"],
        cell=cast.organisation("joint-cell"),
        title=_T(
            "حماية العاملات الموسميات",
            "Protéger les travailleuses saisonnières",
            "Protecting women in seasonal work",
        ),
        text=_T(
            "بطالة النساء 23,4% مقابل 8,3% للرجال.",
            "Chômage des femmes : 23,4 %, contre 8,3 % pour les hommes.",
            "Women’s unemployment is 23.4% against 8.3% for men.",
        ),
        territory=story["region"],
        rank=2,
        recommendations=[story["asked"][4]],
        is_demo=True,
    )
    day = yield At(150)
    story.things["envelope"] = funds.create_envelope(
        actor=cast["council"],
        cell=cast.organisation("joint-cell"),
        title=_T(f"غلاف {day.year}", f"Enveloppe {day.year}", f"Envelope {day.year}"),
        year=day.year,
        amount=5_000_000 * DIRHAM,
        is_demo=True,
    )
    yield At(145)
    story.things["call"] = open_call(
        story, story["envelope"], [story["priority"]], days=145, amount=3_000_000, ceiling=900_000,
        title=_T("الماء في البادية", "L’eau à la campagne", "Water in the countryside"), closes=90, vote=(100, 132), award=150,
    )  # fmt: skip


INITIATIVES = [
    # account, organisation, territory, dirhams asked, households, share of ballots, title
    ("association", "cistern-association", "12.391.09.01", 780_000, 640, 0.72, _T("صهاريج متنقلة لدواوير العركوب", "Citernes mobiles pour les douars d’El Argoub", "Mobile tanks for the douars of El Argoub")),
    ("fishers", "fishers-association", "12.391.09.03", 690_000, 510, 0.61, _T("وحدة تحلية صغيرة بقرية الصيد", "Petite unité de dessalement au village de pêche", "A small desalination unit at the fishing village")),
    ("quality", "water-quality-association", "12.391.01.01", 520_000, 2_300, 0.55, _T("مختبر متنقل لجودة الماء", "Laboratoire mobile de la qualité de l’eau", "A mobile laboratory for water quality")),
    ("parents", "parents-association", "12.066.03.07", 310_000, 41, 0.47, _T("خزانات مدرسية بتشلا", "Réservoirs scolaires à Tichla", "School water tanks at Tichla")),
    ("youth", "youth-association", "12.391.01.01", 240_000, 60, 0.44, _T("تكوين تقنيي الماء من الشباب", "Former de jeunes techniciens de l’eau", "Training young water technicians")),
    ("solar", "solar-association", "12.066.05.03", 860_000, 420, 0.30, _T("مضخات شمسية ببئر كندوز", "Pompes solaires à Bir Gandouz", "Solar pumps at Bir Gandouz")),
    ("herders", "herders-association", "12.391.05.01", 640_000, 180, 0.24, _T("أحواض لسقي القطيع", "Bassins d’abreuvement du cheptel", "Drinking basins for the herds")),
    ("women", "women-association", "12.391.09.01", 450_000, 220, 0.28, _T("مغسلة جماعية موفرة للماء", "Laverie collective économe en eau", "A shared laundry that saves water")),
    ("awareness", "awareness-association", "12.391.01.01", 180_000, 0, 0.03, _T("قافلة التحسيس بالاقتصاد في الماء", "Caravane pour les économies d’eau", "A caravan about saving water")),
]  # fmt: skip


def applying(story: Story) -> Chapter:
    cast = story.cast
    yield At(80)
    call = story["call"]
    story.things["applications"] = [
        apply(story, call, account, organisation, place, amount, title, households)
        for account, organisation, place, amount, households, _share, title in INITIATIVES
    ]
    yield At(54)
    funds.close_call(actor=cast["coordinator"], call=call)
    yield At(50)
    for application in story["applications"]:
        funds.screen_application(actor=cast["coordinator"], application=fresh(application), eligible=True)
    for reviewer in ("cell", "cell2", "cell3"):
        for application in story["applications"]:
            if reviewer == "cell3" and application.organisation.code == "water-quality-association":
                funds.recuse(
                    actor=cast[reviewer], application=fresh(application), reason="عضوية معلنة في الجمعية"
                )
                continue
            scores = [story.chance.choices([2, 3, 4], [2, 5, 3])[0] for _ in range(4)]
            funds.review_application(
                actor=cast[reviewer],
                application=fresh(application),
                **dict(zip(("relevance", "reach", "feasibility", "lasting"), scores, strict=True)),
            )


LOT = {
    "coordinator": "dice 4 2 6 1 1 5 3 6 2 5 5 1",
    "cell3": "بئر الصباح 8814 ريح 2207",
    "auditor": "sable 3391 marée 7026",
}


def counting(story: Story) -> Chapter:
    cast = story.cast
    yield At(45)
    call = fresh(story["call"])
    call = funds.open_vote(actor=cast["coordinator"], call=call)
    yield At(30)
    for voter in cast.residents:
        funds.cast_ballot(actor=voter, call=call, approvals=_liked(story))
    for number in range(1, 17):
        funds.enter_paper_ballot(
            actor=cast["facilitator"], call=call, serial=f"B-{number:03}", approvals=_liked(story)
        )
    # three parties commit to a secret of the lot; the member for the associations does not reveal it
    for party, secret in LOT.items():
        funds.commit_seed(actor=cast[party], call=call, commitment=lots.commitment(secret))
    yield At(12)
    for party in ("auditor", "coordinator"):
        funds.reveal_seed(actor=cast[party], call=call, seed=LOT[party])
    yield At(8)
    story.things["allocation"] = funds.allocate_call(actor=cast["coordinator"], call=call)


def _liked(story: Story) -> list[Application]:
    return [
        application
        for application, initiative in zip(story["applications"], INITIATIVES, strict=True)
        if story.chance.random() < initiative[5]
    ]


def awarding(story: Story) -> Chapter:
    cast = story.cast
    yield At(5, hour=11, minute=30)
    story.things["awards"] = [
        funds.award_application(
            actor=cast["coordinator"],
            application=application,
            amount=application.requested,
            deliberation="42",
        )
        for application in Application.objects.filter(
            call=story["call"], state=Application.State.SELECTED
        ).order_by("number")
    ]


def partnering(story: Story) -> Chapter:
    """The memorandum of the three parties, whose evaluation is late, and the agreement of a first award."""
    cast = story.cast
    parties = ["ministry-civil-society", "regional-council", "dakhla-council"]
    yield At(376)
    memorandum = partnerships.draft_agreement(
        actor=cast["council"],
        title=_T(
            "تعزيز قدرات المجتمع المدني في الديمقراطية التشاركية",
            "Renforcer les capacités de la société civile en démocratie participative",
            "Strengthening civil society’s capacities in participatory democracy",
        ),
        purpose=_T(
            "سنة واحدة قابلة للتجديد لتكوين الجمعيات ومواكبتها.",
            "Une année renouvelable pour former et accompagner les associations.",
            "One renewable year to train and accompany associations.",
        ),
        territory=story["region"],
        starts_on=clock.today() + timedelta(days=3),
        ends_on=clock.today() + timedelta(days=383),
        parties=[
            partnerships.PartyTerms(cast.organisation(code), deliberation="42" if "council" in code else "")
            for code in parties
        ],
        commitments=[
            partnerships.Promise(cast.organisation(code), text, clock.today() + timedelta(days=days))
            for code, days, text in [
                (
                    "ministry-civil-society",
                    200,
                    _T(
                        "تكوين 60 جمعية في التدبير المالي",
                        "Former 60 associations à la gestion financière",
                        "Train 60 associations in financial management",
                    ),
                ),
                (
                    "regional-council",
                    320,
                    _T(
                        "مقر مجهز للتكوين بالعركوب",
                        "Un local de formation équipé à El Argoub",
                        "An equipped training room at El Argoub",
                    ),
                ),
                (
                    "regional-council",
                    410,
                    _T(
                        "نشر لائحة الدعم العمومي كل ثلاثة أشهر",
                        "Publier chaque trimestre la liste des subventions",
                        "Publish the list of grants every three months",
                    ),
                ),
                (
                    "dakhla-council",
                    110,
                    _T(
                        "مداومة للمساعدة على ملء الاستمارات",
                        "Une permanence d’aide aux formulaires",
                        "A help desk for filling in forms",
                    ),
                ),
                (
                    "dakhla-council",
                    390,
                    _T(
                        "نقل المشاركات من الدواوير",
                        "Le transport des participantes des douars",
                        "Transport for women coming from the douars",
                    ),
                ),
            ]
        ],
        causes=[story["older recommendation"]],
        is_demo=True,
    )
    yield At(374)
    memorandum = partnerships.put_to_signature(actor=cast["council"], agreement=memorandum)
    for signer in ("dakhla", "ministry", "council"):
        memorandum = partnerships.sign_agreement(actor=cast[signer], agreement=memorandum)
    yield At(40)
    owners = {"ministry-civil-society": "ministry", "regional-council": "council", "dakhla-council": "dakhla"}
    for commitment, progress in zip(
        memorandum.commitments.order_by("number"), (100, 70, 50, 100, 25), strict=True
    ):
        partnerships.update_commitment(
            actor=cast[owners[commitment.party.organisation.code]], commitment=commitment, progress=progress
        )
    story.things["memorandum"] = memorandum

    day = yield At(3)
    award = story["awards"][0]
    agreement = partnerships.draft_agreement(
        actor=cast["council"],
        title=_T(
            "اتفاقية صهاريج العركوب",
            "Convention des citernes d’El Argoub",
            "Agreement on the El Argoub tanks",
        ),
        purpose=_T(
            "اقتناء صهريجين متنقلين وتزويد الدواوير مرتين في الأسبوع.",
            "Acquérir deux citernes mobiles et desservir les douars deux fois par semaine.",
            "Buy two mobile tanks and serve the douars twice a week.",
        ),
        territory=award.application.territory,
        starts_on=day + timedelta(days=25),
        ends_on=day + timedelta(days=390),
        parties=[
            partnerships.PartyTerms(cast.organisation("regional-council"), deliberation="42"),
            partnerships.PartyTerms(cast.organisation("el-argoub-council"), deliberation="19"),
            partnerships.PartyTerms(award.application.organisation),
        ],
        commitments=[
            partnerships.Promise(
                award.application.organisation,
                _T(
                    "جولتان في الأسبوع لكل دوار",
                    "Deux tournées par semaine et par douar",
                    "Two rounds a week in each douar",
                ),
                day + timedelta(days=120),
            ),
            partnerships.Promise(
                cast.organisation("el-argoub-council"),
                _T("تعيين سائق متفرغ", "Affecter un chauffeur à plein temps", "Assign a full-time driver"),
                day + timedelta(days=60),
            ),
        ],
        amount=award.amount,
        causes=[award],
        is_demo=True,
    )
    yield At(2)
    agreement = partnerships.put_to_signature(actor=cast["council"], agreement=agreement)
    agreement = partnerships.sign_agreement(actor=cast["council"], agreement=agreement)
    yield At(1, 22, 40)
    partnerships.sign_agreement(actor=cast["argoub"], agreement=agreement)


def opening(story: Story) -> Chapter:
    """What a visitor may take part in today."""
    cast = story.cast
    yield At(6)
    seen = observatory.record_observation(
        actor=cast["association"],
        reporter=cast.organisation("cistern-association"),
        territory=story.place("12.391.09.01"),
        kind=Observation.Kind.WATER,
        title=_T(
            "اضطراب التزويد بالماء في دوارين",
            "Approvisionnement en eau perturbé dans deux douars",
            "Water supply disturbed in two douars",
        ),
        text="تأخر الصهريج أسبوعا عن دوارين بسبب عطب.",
        seen_on=clock.today(),
        households=38,
        is_demo=True,
    )
    talk = consultations.open_consultation(
        actor=cast["council"],
        title=_T(
            "أولويات النقل المدرسي القروي",
            "Priorités du transport scolaire rural",
            "Priorities for rural school transport",
        ),
        question=_T(
            "أي الدواوير نبدأ بها، وبأي وسيلة؟",
            "Par quels douars commencer, et avec quel moyen ?",
            "Which douars first, and by what means?",
        ),
        territory=story["region"],
        opens_on=clock.today(),
        closes_on=clock.today() + timedelta(days=20),
        statements=[
            _T(
                "البدء بالدواوير الأبعد",
                "Commencer par les douars les plus éloignés",
                "Begin with the farthest douars",
            ),
            _T(
                "حافلة صغيرة لكل ثلاثة دواوير", "Un minibus pour trois douars", "One minibus for three douars"
            ),
            _T(
                "داخلية صغيرة بدل النقل اليومي",
                "Un petit internat plutôt qu’un transport quotidien",
                "A small boarding house rather than daily transport",
            ),
            _T(
                "النقل مجاني للفتيات أولا",
                "La gratuité d’abord pour les filles",
                "Free transport for girls first",
            ),
        ],
        organiser=cast.organisation("regional-council"),
        causes=[seen],
    )
    yield At(2)
    vote(story, talk, cast.residents[:14])
    yield At(10)
    story.things["open call"] = open_call(
        story, story["envelope"], [story["second priority"]], days=10, amount=1_200_000, ceiling=400_000,
        title=_T("حماية العاملات الموسميات", "Protéger les travailleuses saisonnières", "Protecting women in seasonal work"), closes=24, vote=(40, 55), award=75,
    )  # fmt: skip
