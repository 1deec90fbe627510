"""The newspaper of the demonstration: what each article says, in the languages it exists in."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from wagtail.models import Locale

from multaqa.cli.demo.telling import At, Chapter, Story
from multaqa.kit import clock
from multaqa.kit.formats import amount
from multaqa.ledger.models import reference
from multaqa.newsroom.actions import publish_article
from multaqa.newsroom.models import Article, Newsroom
from multaqa.territories.models import Territory

_CLOSED = {
    "ar": "التعليقات لم تفتح بعد في هذه النسخة.",
    "fr": "Les commentaires ne sont pas encore ouverts dans cette version.",
    "en": "Comments are not open yet in this version.",
}


@dataclass(frozen=True)
class Words:
    """One article in one language."""

    title: str
    standfirst: str
    body: tuple[tuple[str, Any], ...]


def publishing(story: Story) -> Chapter:
    """Three articles of the demonstration and one from the archive, which reports a real meeting of 2018."""
    yield At(175, hour=10)
    dakhla = story.place("12.391.01.01")
    _print(
        story,
        "evaluation-fishing-village",
        Article.Section.AGREEMENT,
        [story["evaluation"].agreement],
        dakhla,
        clock.today(),
        _evaluation(),
    )
    yield At(20, hour=9)
    _print(
        story,
        "town-and-countryside",
        Article.Section.CONSULTATION,
        [story["water talk"]],
        dakhla,
        clock.today(),
        _consultation(),
    )
    yield At(12, hour=9)
    _print(story, "dakhla-meeting-2018", Article.Section.ARCHIVE, [], dakhla, None, _archive(), is_demo=False)
    yield At(4, hour=11, minute=40)
    _print(
        story,
        "fund-result",
        Article.Section.FUND,
        [story["call"], *story["awards"]],
        dakhla,
        clock.today(),
        _result(story),
        is_lead=True,
    )


def _print(
    story: Story,
    slug: str,
    section: str,
    about: list[Any],
    place: Territory,
    day: date | None,
    words: dict[str, Words],
    *,
    is_lead: bool = False,
    is_demo: bool = True,
) -> None:
    editor = story.cast["editor"]
    bylines = {"ar": "هيئة التحرير", "fr": "La rédaction", "en": "The editorial desk"}
    original: Article | None = None
    for language, text in words.items():
        locale = Locale.objects.get(language_code=language)
        fields = {
            "title": text.title,
            "slug": slug,
            "section": section,
            "is_lead": is_lead,
            "standfirst": text.standfirst,
            "body": list(text.body),
            "byline": bylines[language],
            "dateline_place": place,
            "dateline_day": day.isoformat() if day else "2018",
            "about": [reference(item) for item in about],
            "unknown": [] if about else [Article.Unknown.ABOUT],
            "comments_policy": Article.Comments.CLOSED,
            "comments_reason": _CLOSED[language],
            "is_demo": is_demo,
            "live": False,
            "locale": locale,
        }
        article = Article(**fields)
        if original is not None:
            article.translation_key = original.translation_key
        Newsroom.objects.get(locale=locale).add_child(instance=article)
        article.save_revision()
        publish_article(actor=editor, article=article)
        original = original or article


def _paragraphs(*texts: str) -> tuple[tuple[str, Any], ...]:
    return tuple(("paragraph", f"<p>{text}</p>") for text in texts)


def _result(story: Story) -> dict[str, Words]:
    awards, call = story["awards"], story["call"]
    given = amount(sum(award.amount for award in awards), "MAD")
    whole = amount(call.amount, "MAD")
    count, asked = len(awards), call.applications.count()
    return {
        "ar": Words(
            f"الخلية المشتركة تدعم {count} مبادرات للماء القروي من أصل {asked}، وتنشر سبب كل رفض",
            f"وُزِّع {given} درهم من غلاف {whole} درهم بقاعدة الحصص المتساوية. تنحى عضو صرّح بعلاقة، ويستطيع أي شخص إعادة الحساب من السجل العمومي.",
            _paragraphs(
                "صوّت السكان حضوريا وعبر الورق والإنترنت، وتساوت الأصوات في الحساب. لكل مبادرة لم تُدعم صفحة تقول ما الذي نقصها.",
                "تبقى الخطوة الموالية توقيع الاتفاقيات قبل صرف أي دفعة.",
            ),
        ),
        "fr": Words(
            f"La cellule mixte soutient {count} initiatives pour l’eau rurale sur {asked} et publie la raison de chaque refus",
            f"{given} dirhams attribués sur une enveloppe de {whole} dirhams, par la règle des parts égales. Un membre s’est récusé ; chacun peut refaire le calcul depuis le registre public.",
            _paragraphs(
                "Les habitants ont voté en ligne et sur papier, et chaque voix a compté de la même façon. Chaque initiative écartée a une page qui dit ce qui lui a manqué.",
                "Prochaine étape : la signature des conventions, avant tout versement.",
            ),
        ),
        "en": Words(
            f"The joint cell supports {count} of {asked} rural water initiatives and publishes the reason for every refusal",
            f"{given} of {whole} dirhams were allocated by Equal Shares. One member stood aside; anybody can redo the count from the public ledger.",
            _paragraphs(
                "Residents voted online and on paper, and every ballot counted alike. Each initiative that was not supported has a page saying what it lacked.",
                "Next comes the signing of the agreements, before any instalment is paid.",
            ),
        ),
    }  # fmt: skip


def _evaluation() -> dict[str, Words]:
    return {
        "ar": Words(
            "نقطة ماء قرية الصيد تشتغل، ومن يؤدي صيانتها؟",
            "بعد سنة من التوقيع: التزامات منجزة، وأثر لم يُقس بعد، وتوصية جديدة بشأن الصيانة.",
            (
                *_paragraphs("نشر الافتحاص الداخلي تقييم الاتفاقية مع جواب الجمعية المسيرة."),
                ("quotation", {"text": "نقترح مساهمة رمزية للمستعملين تغطي نصف الصيانة.", "speaker": "رئاسة جمعية مهنيي الصيد بامليلي", "occasion": "جواب على التقييم"}),
            ),
        ),
        "fr": Words(
            "Le point d’eau du village de pêche fonctionne ; qui paiera son entretien ?",
            "Un an après la signature : engagements tenus, effet non encore mesuré, et une recommandation sur l’entretien.",
            _paragraphs("L’audit interne a publié l’évaluation de la convention avec la réponse de l’association gestionnaire."),
        ),
        "en": Words(
            "The fishing village’s water point runs; who pays for its upkeep?",
            "A year after the signature: promises kept, an effect not yet measured, and a new recommendation on upkeep.",
            _paragraphs("Internal audit published the evaluation of the agreement together with the answer of the association that runs it."),
        ),
    }  # fmt: skip


def _consultation() -> dict[str, Words]:
    return {
        "ar": Words(
            "المدينة والبادية: أين يتفق المشاركون رغم اختلافهم؟",
            "جواب على الورق وآخر على الشاشة: الحساب واحد، والنتائج منشورة لكل عبارة.",
            _paragraphs("أدخل الميسر استمارات الدواوير بوصل لكل مشارك، فظهرت في النتائج منفصلة ومجموعة."),
        ),
        "fr": Words(
            "Ville et campagne : où les participants s’accordent-ils ?",
            "Papier ou écran, chaque réponse compte de la même façon ; les résultats sont publiés énoncé par énoncé.",
            _paragraphs("La facilitation de terrain a saisi les formulaires des douars, avec un reçu pour chacun."),
        ),
        "en": Words(
            "Town and countryside: where do participants agree?",
            "An answer on paper counts like one on a screen, and the results are published statement by statement.",
            _paragraphs("The field facilitator keyed in the forms from the douars, with a receipt for each participant."),
        ),
    }  # fmt: skip


def _archive() -> dict[str, Words]:
    return {
        "ar": Words(
            "اللقاء الجهوي بالداخلة: دور المجتمع المدني في تعزيز الحماية الاجتماعية",
            "اقتُرح فيه صندوق جهوي تسيره خلية مشتركة، ومرصد للعمل الاجتماعي؛ اليوم الدقيق غير مثبت في المصدر.",
            (
                *_paragraphs(
                    "احتضن قصر المؤتمرات بمدينة الداخلة اليوم الدراسي الجهوي حول دور المجتمع المدني في تعزيز الحماية الاجتماعية، بحضور حوالي 160 جمعية و33 ممثلا للقطاعات الحكومية.",
                    "واقتُرح إحداث صندوق جهوي لدعم المبادرات، يخضع تسييره لخلية مشتركة تنسق عملها السلطة المحلية لترجمة الأولويات الملحة، وتجسيد مرصد للعمل الاجتماعي أساسه التضامن والتكافل.",
                ),
                ("quotation", {"text": "جهة الداخلة وادي الذهب مؤهلة لتقديم نموذج على المستوى الوطني.", "speaker": "الناطق الرسمي باسم الحكومة", "occasion": "الجلسة الافتتاحية"}),
                *_paragraphs("ووُقعت مذكرة تفاهم بين القطاع الوزاري المكلف بالعلاقات مع المجتمع المدني ومجلس الجهة ومجلس جماعة الداخلة."),
            ),
        ),
        "fr": Words(
            "La rencontre régionale de Dakhla : la société civile et la protection sociale",
            "On y proposa un fonds régional géré par une cellule mixte et un observatoire de l’action sociale ; le jour exact n’est pas établi dans la source.",
            _paragraphs(
                "Le palais des congrès de Dakhla a accueilli la journée d’étude régionale sur le rôle de la société civile dans le renforcement de la protection sociale, en présence d’environ 160 associations et de 33 représentants de secteurs gouvernementaux.",
                "Un mémorandum d’entente y fut signé entre le département chargé des relations avec la société civile, le conseil de la région et celui de la commune de Dakhla.",
            ),
        ),
        "en": Words(
            "The regional meeting in Dakhla: civil society and social protection",
            "A regional fund under a joint cell and an observatory of social work were proposed there; the source does not give the exact day.",
            _paragraphs(
                "The Palace of Congresses in Dakhla hosted the regional study day on the role of civil society in strengthening social protection, with about 160 associations and 33 representatives of government sectors.",
                "A memorandum of understanding was signed between the department for relations with civil society, the council of the region and that of the commune of Dakhla.",
            ),
        ),
    }  # fmt: skip
