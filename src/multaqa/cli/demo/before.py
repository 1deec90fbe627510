"""Before this year: the region, the people, and a first small loop that has gone all the way round."""

from datetime import timedelta

from multaqa.cli.demo.acts import DIRHAM, apply, decide, fresh, open_call, vote
from multaqa.cli.demo.cast import assemble
from multaqa.cli.demo.telling import At, Chapter, Story
from multaqa.consultations import actions as consultations
from multaqa.directory.actions import declare_tie
from multaqa.directory.actors import MACHINE
from multaqa.directory.models import Tie
from multaqa.funds import actions as funds
from multaqa.funds.actions.awards import Instalment
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.observatory import actions as observatory
from multaqa.observatory.models import Observation
from multaqa.partnerships import actions as partnerships
from multaqa.recommendations import actions as recommendations
from multaqa.territories.actions import load_country, load_pack
from multaqa.territories.models import Territory
from multaqa.territories.reading import pack_folder

_T = Translated.of


REGION = "dakhla"


def region_and_census(story: Story) -> Chapter:
    yield At(760)
    pack = load_pack(actor=MACHINE, source=REGION)
    observatory.load_indicators(actor=MACHINE, pack=REGION)
    load_country(actor=MACHINE, source=REGION)
    observatory.load_comparison(actor=MACHINE)
    observatory.load_series(actor=MACHINE, folder=pack_folder(REGION) / "demo")
    pack.is_demo = True
    pack.save(update_fields=["is_demo"])
    story.things["region"] = pack.root
    story.things["country"] = Territory.objects.get(parent=None)


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
    vote(story, talk, cast.residents[:22])
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
    call = open_call(
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
    application = apply(
        story,
        call,
        "fishers",
        "fishers-association",
        "12.391.09.03",
        120_000,
        _T("نقطة ماء قرية الصيد", "Point d’eau du village de pêche", "Fishing village water point"),
        140,
    )
    yield from decide(story, call, days=590, voters=cast.residents[:20], likes={application.pk: 0.9})
    yield At(560)
    award = funds.award_application(
        actor=cast["coordinator"], application=fresh(application), amount=120_000 * DIRHAM, deliberation="17"
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
    funds.pay_tranche(actor=cast["council"], tranche=fresh(first), order_number="OP-311")
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
    funds.release_tranche(actor=cast["coordinator"], tranche=fresh(second), report=report)
    funds.pay_tranche(actor=cast["council"], tranche=fresh(second), order_number="OP-402")
    yield At(180)
    evaluation = partnerships.evaluate_agreement(
        actor=cast["auditor"],
        agreement=fresh(agreement),
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
