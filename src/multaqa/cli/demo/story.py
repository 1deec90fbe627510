"""One coherent story in the communes of the region: water and solidarity in the countryside.

Everything here is invented and labelled so; the census figures around it are real. Each chapter happens on its own
days, counted back from the day of building, and uses the same actions as everybody.
"""

import contextlib
import heapq
import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.utils import timezone

from multaqa.cli.demo.cast import Cast, assemble
from multaqa.cli.demo.press import publishing
from multaqa.consultations import actions as consultations
from multaqa.consultations.models import Consultation
from multaqa.directory.actions import declare_tie
from multaqa.directory.actors import MACHINE
from multaqa.directory.models import Tie
from multaqa.funds import actions as funds
from multaqa.funds.actions.awards import Instalment
from multaqa.funds.models import Allocation, Application, Call, Envelope, Priority
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.observatory import actions as observatory
from multaqa.observatory.models import Observation
from multaqa.partnerships import actions as partnerships
from multaqa.recommendations import actions as recommendations
from multaqa.territories.actions import load_pack
from multaqa.territories.models import Territory
from multaqa.territories.reading import pack_folder

_T = Translated.of
DIRHAM = 100  # minor units
REGION = "dakhla"


@dataclass
class Story:
    """What the chapters hand to one another."""

    length: ClassVar[int] = 760  # days from the first event to the day of building

    today: date = field(default_factory=clock.today)
    chance: random.Random = field(default_factory=lambda: random.Random(20_261_123))  # noqa: S311  no secret
    cast: Cast = field(default_factory=Cast)
    things: dict[str, Any] = field(default_factory=dict)

    def place(self, code: str) -> Territory:
        return Territory.objects.get(code=code)

    def __getitem__(self, name: str) -> Any:
        return self.things[name]


@dataclass(frozen=True)
class At:
    """A moment of the story: so many days before it is built."""

    days_ago: int
    hour: int = 11
    minute: int = 0


Chapter = Generator[At, date, None]


def tell(story: Story) -> Iterator[tuple[str, int]]:
    """Play all chapters at once in the order of their days, so that the ledger's order is the order of time.

    Gives, before each event, the chapter it belongs to and how many days ago it happens.
    """
    told = [
        region_and_census,
        people,
        last_year,
        observing,
        consulting,
        recommending,
        funding,
        applying,
        counting,
        awarding,
        partnering,
        opening,
        publishing,
    ]
    waiting: list[tuple[datetime, int, str, Chapter, At]] = []

    def wait(order: int, name: str, chapter: Chapter, moment: At) -> None:
        day = story.today - timedelta(days=moment.days_ago)
        at = timezone.make_aware(datetime.combine(day, time(moment.hour, moment.minute)))
        heapq.heappush(waiting, (at, order, name, chapter, moment))

    for order, begin in enumerate(told):
        chapter = begin(story)
        wait(order, begin.__name__.replace("_", " "), chapter, next(chapter))
    while waiting:
        at, order, name, chapter, moment = heapq.heappop(waiting)
        yield name, moment.days_ago
        with clock.at(at), contextlib.suppress(StopIteration):
            wait(order, name, chapter, chapter.send(at.date()))


def region_and_census(story: Story) -> Chapter:
    yield At(760)
    pack = load_pack(actor=MACHINE, source=REGION)
    observatory.load_indicators(actor=MACHINE, pack=REGION)
    observatory.load_series(actor=MACHINE, folder=pack_folder(REGION) / "demo")
    pack.is_demo = True
    pack.save(update_fields=["is_demo"])
    story.things["region"] = pack.root


def people(story: Story) -> Chapter:
    day = yield At(755)
    assemble(story.cast, story["region"], since=day)
    declare_tie(
        actor=MACHINE,
        person=story.cast.accounts["cell3"].person,
        organisation=story.cast.organisation("water-quality-association"),
        kind=Tie.Kind.MEMBER,
    )


def last_year(story: Story) -> Chapter:
    """A small cycle that has gone all the way round: observed, …, evaluated, published."""
    cast = story.cast
    yield At(720)
    imlili = story.place("12.391.09.03")
    seen = observatory.record_observation(
        actor=cast["facilitator"],
        reporter=cast.organisation("regional-council"),
        territory=imlili,
        kind=Observation.Kind.WATER,
        title=_T(
            "لا نقطة ماء قرب قرية الصيد",
            "Pas de point d’eau près du village de pêche",
            "No water point near the fishing village",
        ),
        text="أسر وعمال قرية الصيد يجلبون الماء من نقطة تبعد ثمانية كيلومترات.",
        seen_on=clock.today(),
        households=140,
        is_demo=True,
    )
    yield At(715)
    observatory.confirm_observation(actor=cast["coordinator"], observation=seen)
    yield At(700)
    talk = consultations.open_consultation(
        actor=cast["council"],
        title=_T("الماء في قرى الصيد", "L’eau dans les villages de pêche", "Water in the fishing villages"),
        question=_T(
            "أين توضع أول نقطة ماء؟",
            "Où placer le premier point d’eau ?",
            "Where should the first water point stand?",
        ),
        territory=imlili,
        opens_on=clock.today(),
        closes_on=clock.today() + timedelta(days=14),
        statements=[
            _T("قرب المدرسة", "Près de l’école", "Near the school"),
            _T("قرب مفرغ السمك", "Près du débarcadère", "Near the landing place"),
            _T("نقطة متنقلة أولا", "D’abord un point mobile", "A mobile point first"),
        ],
        organiser=cast.organisation("regional-council"),
        causes=[seen],
    )
    yield At(695)
    _vote(story, talk, cast.residents[:22])
    yield At(685)
    talk = consultations.close_consultation(actor=cast["council"], consultation=talk)
    day = yield At(670)
    asked = recommendations.adopt_recommendation(
        actor=cast["council"],
        title=_T(
            "نقطة ماء دائمة بقرية الصيد بامليلي",
            "Un point d’eau permanent au village de pêche d’Imlili",
            "A permanent water point at the Imlili fishing village",
        ),
        text=_T(
            "تمويل نقطة ماء دائمة يسيرها مهنيو الصيد.",
            "Financer un point d’eau permanent géré par les pêcheurs.",
            "Fund a permanent water point run by the fishers.",
        ),
        addressee=cast.organisation("joint-cell"),
        proposer=cast.organisation("regional-council"),
        territory=imlili,
        due_on=day + timedelta(days=60),
        causes=[talk],
    )
    story.things["older recommendation"] = asked
    yield At(640)
    recommendations.answer_recommendation(actor=cast["coordinator"], recommendation=asked, verdict="accepted")
    priority = funds.set_priority(
        actor=cast["coordinator"],
        cell=cast.organisation("joint-cell"),
        title=_T("الماء لقرى الصيد", "L’eau pour les villages de pêche", "Water for the fishing villages"),
        text=_T(
            "أول أولوية للدورة الماضية.",
            "Première priorité du cycle précédent.",
            "First priority of the previous cycle.",
        ),
        territory=imlili,
        rank=1,
        recommendations=[asked],
        is_demo=True,
    )
    day = yield At(620)
    envelope = funds.create_envelope(
        actor=cast["council"],
        cell=cast.organisation("joint-cell"),
        title=_T(f"غلاف {day.year}", f"Enveloppe {day.year}", f"Envelope {day.year}"),
        year=day.year,
        amount=400_000 * DIRHAM,
        is_demo=True,
    )
    call = _open_call(
        story,
        envelope,
        [priority],
        days=620,
        amount=200_000,
        ceiling=150_000,
        title=_T(
            "نقط ماء لقرى الصيد",
            "Points d’eau pour les villages de pêche",
            "Water points for the fishing villages",
        ),
    )
    yield At(610)
    application = _apply(
        story,
        call,
        "fishers",
        "fishers-association",
        "12.391.09.03",
        120_000,
        _T("نقطة ماء قرية الصيد", "Point d’eau du village de pêche", "Fishing village water point"),
        140,
    )
    yield from _decide(story, call, days=590, voters=cast.residents[:20], likes={application.pk: 0.9})
    yield At(560)
    award = funds.award_application(
        actor=cast["coordinator"], application=_fresh(application), amount=120_000 * DIRHAM, deliberation="17"
    )
    agreement = partnerships.draft_agreement(
        actor=cast["council"],
        title=_T(
            "اتفاقية نقطة ماء قرية الصيد",
            "Convention du point d’eau du village de pêche",
            "Agreement on the fishing village water point",
        ),
        purpose=_T(
            "إنجاز نقطة ماء دائمة وتسييرها لفائدة 140 أسرة.",
            "Réaliser et gérer un point d’eau permanent pour 140 ménages.",
            "Build and run a permanent water point for 140 households.",
        ),
        territory=imlili,
        starts_on=clock.today() + timedelta(days=5),
        ends_on=clock.today() + timedelta(days=5 + 365),
        parties=[
            partnerships.PartyTerms(cast.organisation("regional-council"), deliberation="17"),
            partnerships.PartyTerms(cast.organisation("fishers-association")),
        ],
        commitments=[
            partnerships.Promise(
                cast.organisation("regional-council"),
                _T(
                    "تحويل المنحة على دفعتين",
                    "Verser la subvention en deux tranches",
                    "Pay the grant in two instalments",
                ),
                clock.today() + timedelta(days=200),
            ),
            partnerships.Promise(
                cast.organisation("fishers-association"),
                _T(
                    "تشغيل نقطة الماء سبعة أيام في الأسبوع",
                    "Ouvrir le point d’eau sept jours sur sept",
                    "Keep the water point open seven days a week",
                ),
                clock.today() + timedelta(days=150),
            ),
        ],
        amount=120_000 * DIRHAM,
        causes=[award],
        is_demo=True,
    )
    yield At(556)
    agreement = partnerships.put_to_signature(actor=cast["council"], agreement=agreement)
    agreement = partnerships.sign_agreement(actor=cast["council"], agreement=agreement)
    yield At(555)
    agreement = partnerships.sign_agreement(actor=cast["fishers"], agreement=agreement)
    award = funds.attach_agreement(actor=cast["coordinator"], award=award, agreement=agreement)
    first, second = funds.plan_tranches(
        actor=cast["coordinator"],
        award=award,
        instalments=[
            Instalment(
                80_000 * DIRHAM,
                _T(
                    "عند دخول الاتفاقية حيز التنفيذ",
                    "À l’entrée en vigueur",
                    "When the agreement comes into force",
                ),
            ),
            Instalment(
                40_000 * DIRHAM,
                _T(
                    "بعد قبول التقرير المالي",
                    "Après acceptation du rapport financier",
                    "After the financial report is accepted",
                ),
                needs_report=True,
            ),
        ],
    )
    funds.release_tranche(actor=cast["coordinator"], tranche=first)
    yield At(550)
    funds.pay_tranche(actor=cast["council"], tranche=_fresh(first), order_number="OP-311")
    yield At(300)
    for commitment in agreement.commitments.all():
        owner = "council" if commitment.party.organisation.code == "regional-council" else "fishers"
        partnerships.update_commitment(
            actor=cast[owner], commitment=commitment, progress=100, evidence="محضر المعاينة"
        )
    report = partnerships.submit_report(
        actor=cast["fishers"],
        agreement=agreement,
        kind="financial",
        period_start=clock.today() - timedelta(days=255),
        period_end=clock.today() - timedelta(days=5),
        text="صرفت الدفعة الأولى كلها في البناء والربط، والوثائق مودعة لدى مصلحة الشراكات.",
        spent=80_000 * DIRHAM,
    )
    yield At(290)
    report = partnerships.accept_report(actor=cast["council"], report=report)
    funds.release_tranche(actor=cast["coordinator"], tranche=_fresh(second), report=report)
    funds.pay_tranche(actor=cast["council"], tranche=_fresh(second), order_number="OP-402")
    yield At(180)
    evaluation = partnerships.evaluate_agreement(
        actor=cast["auditor"],
        agreement=_fresh(agreement),
        scores={
            "relevance": 4,
            "coherence": 3,
            "effectiveness": 3,
            "efficiency": 3,
            "impact": None,
            "sustainability": 2,
        },
        conclusion="نقطة الماء تشتغل كل يوم. أثرها على الأسر لم يقس بعد، وكلفة الصيانة لا يغطيها أي طرف.",
        findings=["لا ميزانية للصيانة بعد السنة الأولى."],
    )
    story.things["evaluation"] = evaluation
    yield At(170)
    partnerships.reply_to_evaluation(
        actor=cast["fishers"], evaluation=evaluation, text="نقترح مساهمة رمزية للمستعملين تغطي نصف الصيانة."
    )
    story.things["last agreement"] = agreement


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
    story.things["release"] = observatory.release_index(
        actor=cast["council"],
        title=_T(
            "مؤشر الهشاشة في الجماعات",
            "Indice de vulnérabilité des communes",
            "Vulnerability index of the communes",
        ),
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
    _vote(story, talk, cast.residents)
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
    story.things["call"] = _open_call(
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
    ("awareness", "awareness-association", "12.391.01.01", 180_000, 0, 0.12, _T("قافلة التحسيس بالاقتصاد في الماء", "Caravane pour les économies d’eau", "A caravan about saving water")),
]  # fmt: skip


def applying(story: Story) -> Chapter:
    cast = story.cast
    yield At(80)
    call = story["call"]
    story.things["applications"] = [
        _apply(story, call, account, organisation, place, amount, title, households)
        for account, organisation, place, amount, households, _share, title in INITIATIVES
    ]
    yield At(54)
    funds.close_call(actor=cast["coordinator"], call=call)
    yield At(50)
    for application in story["applications"]:
        funds.screen_application(actor=cast["coordinator"], application=_fresh(application), eligible=True)
    for reviewer in ("cell", "cell2", "cell3"):
        for application in story["applications"]:
            if reviewer == "cell3" and application.organisation.code == "water-quality-association":
                funds.recuse(
                    actor=cast[reviewer], application=_fresh(application), reason="عضوية معلنة في الجمعية"
                )
                continue
            scores = [story.chance.choices([2, 3, 4], [2, 5, 3])[0] for _ in range(4)]
            funds.review_application(
                actor=cast[reviewer],
                application=_fresh(application),
                **dict(zip(("relevance", "reach", "feasibility", "lasting"), scores, strict=True)),
            )


def counting(story: Story) -> Chapter:
    cast = story.cast
    yield At(45)
    call = _fresh(story["call"])
    call = funds.open_vote(actor=cast["coordinator"], call=call)
    yield At(30)
    for voter in cast.residents:
        funds.cast_ballot(actor=voter, call=call, approvals=_liked(story))
    for number in range(1, 17):
        funds.enter_paper_ballot(
            actor=cast["facilitator"], call=call, serial=f"B-{number:03}", approvals=_liked(story)
        )
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
    yield At(1)
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
    _vote(story, talk, cast.residents[:14])
    yield At(10)
    story.things["open call"] = _open_call(
        story, story["envelope"], [story["second priority"]], days=10, amount=1_200_000, ceiling=400_000,
        title=_T("حماية العاملات الموسميات", "Protéger les travailleuses saisonnières", "Protecting women in seasonal work"), closes=24, vote=(40, 55), award=75,
    )  # fmt: skip


def _vote(story: Story, talk: Consultation, voters: list[Any]) -> None:
    statements = list(talk.statements.order_by("number"))
    lean = [story.chance.uniform(0.25, 0.85) for _ in statements]
    for voter in voters:
        for statement, share in zip(statements, lean, strict=True):
            drawn = story.chance.random()
            if drawn < 0.9:
                consultations.cast_vote(
                    actor=voter,
                    statement=statement,
                    value=1 if drawn < 0.9 * share else -1 if drawn < 0.8 else 0,
                )


def _open_call(
    story: Story, envelope: Envelope, priorities: list[Priority], *, days: int, amount: int, ceiling: int, title: Translated,
    closes: int = 15, vote: tuple[int, int] = (20, 30), award: int = 60,
) -> Call:  # fmt: skip
    day = story.today - timedelta(days=days)
    return funds.open_call(
        actor=story.cast["coordinator"],
        envelope=envelope,
        priorities=priorities,
        title=title,
        text=_T(
            "يفتح النداء في وجه جمعيات الجهة. تقرأ الخلية الملفات ثم يصوت السكان، وتحسب النتيجة بقاعدة الحصص المتساوية.",
            "L’appel est ouvert aux associations de la région. La cellule lit les dossiers, puis les habitants votent ; le résultat est calculé par parts égales.",
            "The call is open to the region’s associations. The cell reads the files, then residents vote; the result is counted by Equal Shares.",
        ),
        amount=amount * DIRHAM,
        max_per_application=ceiling * DIRHAM,
        opens_on=day,
        closes_on=day + timedelta(days=closes),
        vote_opens_on=day + timedelta(days=vote[0]),
        vote_closes_on=day + timedelta(days=vote[1]),
        award_due_on=day + timedelta(days=award),
        is_demo=True,
    )


def _apply(
    story: Story,
    call: Call,
    account: str,
    organisation: str,
    place: str,
    amount: int,
    title: Translated,
    households: int,
) -> Application:
    return funds.submit_application(
        actor=story.cast[account],
        call=call,
        organisation=story.cast.organisation(organisation),
        title=title,
        summary=_T(
            f"مبادرة تستفيد منها {households} أسرة." if households else "مبادرة مفتوحة في وجه كل السكان.",
            f"Une initiative au service de {households} ménages."
            if households
            else "Une initiative ouverte à tous les habitants.",
            f"An initiative that serves {households} households."
            if households
            else "An initiative open to all residents.",
        ),
        territory=story.place(place),
        requested=amount * DIRHAM,
        own_contribution=amount * DIRHAM // 10,
        beneficiaries=households or None,
    )


def _decide(
    story: Story, call: Call, *, days: int, voters: list[Any], likes: dict[int, float]
) -> Generator[At, date, Allocation]:
    """Close, screen, review, vote and count a call, beginning `days` ago."""
    cast = story.cast
    yield At(days + 14)
    call = funds.close_call(actor=cast["coordinator"], call=call)
    applications = list(call.applications.all())
    yield At(days + 11)
    for application in applications:
        funds.screen_application(actor=cast["coordinator"], application=application, eligible=True)
        funds.review_application(
            actor=cast["cell"],
            application=_fresh(application),
            relevance=4,
            reach=3,
            feasibility=3,
            lasting=2,
        )
    yield At(days + 9)
    call = funds.open_vote(actor=cast["coordinator"], call=_fresh(call))
    for voter in voters:
        liked = [application for application in applications if story.chance.random() < likes[application.pk]]
        funds.cast_ballot(actor=voter, call=call, approvals=liked)
    yield At(days - 3)
    return funds.allocate_call(actor=cast["coordinator"], call=_fresh(call))


def _fresh(thing: Any) -> Any:
    thing.refresh_from_db()
    return thing
