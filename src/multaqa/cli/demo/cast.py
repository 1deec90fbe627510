"""Who plays in the demonstration: organisations, offices and accounts. No person has a name, only an office."""

from dataclasses import dataclass, field
from datetime import date

from allauth.account.models import EmailAddress

from multaqa.cli.demo.accounts import PASSWORD, RESIDENTS, address
from multaqa.directory import actions as directory
from multaqa.directory.actors import MACHINE, Actor, Function, actor_of
from multaqa.directory.models import Account, Assurance, Organisation
from multaqa.kit.translated import Translated
from multaqa.territories.models import Territory

_T = Translated.of
_K = Organisation.Kind

ORGANISATIONS: list[tuple[str, str, str, str, Translated]] = [
    # code, kind, territory code ("" = the region), parent code, names
    ("ministry-civil-society", _K.MINISTRY, "", "", _T(
        "القطاع الحكومي المكلف بالعلاقات مع المجتمع المدني",
        "Département chargé des relations avec la société civile",
        "Government department for relations with civil society")),
    ("regional-council", _K.COUNCIL, "", "", _T(
        "مجلس جهة الداخلة وادي الذهب", "Conseil de la région Dakhla-Oued Ed-Dahab", "Council of the region Dakhla-Oued Ed-Dahab")),
    ("dakhla-council", _K.COUNCIL, "12.391.01.01", "", _T(
        "مجلس جماعة الداخلة", "Conseil de la commune de Dakhla", "Council of the commune of Dakhla")),
    ("el-argoub-council", _K.COUNCIL, "12.391.09.01", "", _T(
        "مجلس جماعة العركوب", "Conseil de la commune d’El Argoub", "Council of the commune of El Argoub")),
    ("local-authority", _K.LOCAL_AUTHORITY, "", "", _T(
        "السلطة المحلية", "Autorité locale", "Local authority")),
    ("joint-cell", _K.CELL, "", "local-authority", _T(
        "الخلية المشتركة للصندوق الجهوي", "Cellule mixte du fonds régional", "Joint cell of the regional fund")),
    ("equity-body", _K.BODY, "12.391.01.01", "dakhla-council", _T(
        "هيئة المساواة وتكافؤ الفرص ومقاربة النوع", "Instance de l’équité, de l’égalité des chances et de l’approche genre",
        "Body of equity, equal opportunity and gender approach")),
    ("water-service", _K.SECTOR, "", "", _T(
        "المصلحة اللاممركزة للماء", "Service déconcentré de l’eau", "Deconcentrated service of water")),
    ("health-service", _K.SECTOR, "", "", _T(
        "المصلحة اللاممركزة للصحة", "Service déconcentré de la santé", "Deconcentrated service of health")),
    ("school-service", _K.SECTOR, "", "", _T(
        "المصلحة اللاممركزة للتربية", "Service déconcentré de l’éducation", "Deconcentrated service of education")),
    ("newspaper", _K.MEDIA, "", "", _T("هيئة تحرير ملتقى", "Rédaction de Multaqa", "Newsroom of Multaqa")),
    ("cistern-association", _K.ASSOCIATION, "12.391.09.01", "", _T(
        "جمعية صهاريج البادية", "Association Citernes de la campagne", "Countryside Cisterns Association")),
    ("fishers-association", _K.ASSOCIATION, "12.391.09.03", "", _T(
        "جمعية مهنيي الصيد بامليلي", "Association des pêcheurs d’Imlili", "Imlili Fishers Association")),
    ("water-quality-association", _K.ASSOCIATION, "12.391.01.01", "", _T(
        "جمعية جودة الماء", "Association Qualité de l’eau", "Water Quality Association")),
    ("parents-association", _K.ASSOCIATION, "12.066.03.07", "", _T(
        "جمعية آباء وأمهات التلاميذ بتشلا", "Association des parents d’élèves de Tichla", "Tichla Parents Association")),
    ("youth-association", _K.ASSOCIATION, "12.391.01.01", "", _T(
        "جمعية شباب المهن", "Association Jeunes et métiers", "Youth and Trades Association")),
    ("solar-association", _K.ASSOCIATION, "12.066.05.03", "", _T(
        "جمعية الطاقة والماء ببئر كندوز", "Association Énergie et eau de Bir Gandouz", "Bir Gandouz Energy and Water Association")),
    ("herders-association", _K.ASSOCIATION, "12.391.05.01", "", _T(
        "تعاضدية الكسابين ببئر أنزران", "Mutuelle des éleveurs de Bir Anzarane", "Bir Anzarane Herders Mutual")),
    ("women-association", _K.ASSOCIATION, "12.391.09.01", "", _T(
        "جمعية النساء العاملات بالعركوب", "Association des travailleuses d’El Argoub", "El Argoub Working Women Association")),
    ("awareness-association", _K.ASSOCIATION, "12.391.01.01", "", _T(
        "جمعية التحسيس البيئي", "Association de sensibilisation à l’environnement", "Environmental Awareness Association")),
]  # fmt: skip

OFFICES: list[tuple[str, str, str, Translated]] = [
    # account, organisation, function, title of the office
    ("coordinator", "joint-cell", Function.COORDINATOR, _T("منسق الخلية", "Coordination de la cellule", "Coordinator of the cell")),
    ("cell", "joint-cell", Function.CELL_MEMBER, _T("عضو الخلية عن مجلس الجهة", "Membre pour le conseil régional", "Member for the regional council")),
    ("cell2", "joint-cell", Function.CELL_MEMBER, _T("عضو الخلية عن المصالح", "Membre pour les services", "Member for the public services")),
    ("cell3", "joint-cell", Function.CELL_MEMBER, _T("عضو الخلية عن الجمعيات", "Membre pour les associations", "Member for the associations")),
    ("council", "regional-council", Function.COUNCIL_OFFICER, _T("مصلحة الشراكات بمجلس الجهة", "Service des partenariats de la région", "Partnership office of the region")),
    ("dakhla", "dakhla-council", Function.COUNCIL_OFFICER, _T("رئاسة مجلس الجماعة", "Présidence du conseil communal", "Presidency of the communal council")),
    ("argoub", "el-argoub-council", Function.COUNCIL_OFFICER, _T("رئاسة مجلس الجماعة", "Présidence du conseil communal", "Presidency of the communal council")),
    ("ministry", "ministry-civil-society", Function.FOCAL_POINT, _T("ممثل القطاع", "Représentation du département", "Representative of the department")),
    ("water", "water-service", Function.FOCAL_POINT, _T("نقطة ارتكاز المصلحة", "Point focal du service", "Focal point of the service")),
    ("facilitator", "regional-council", Function.FACILITATOR, _T("ميسر ميداني", "Facilitation de terrain", "Field facilitator")),
    ("editor", "newspaper", Function.EDITOR, _T("هيئة التحرير", "Rédaction", "Editorial desk")),
    ("auditor", "regional-council", Function.AUDITOR, _T("الافتحاص الداخلي", "Audit interne", "Internal audit")),
    ("administrator", "regional-council", Function.ADMINISTRATOR, _T("مسؤول المنصة", "Administration de la plateforme", "Administrator of the platform")),
    ("association", "cistern-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
    ("fishers", "fishers-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
    ("quality", "water-quality-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
    ("parents", "parents-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
    ("youth", "youth-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
    ("solar", "solar-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
    ("herders", "herders-association", Function.OFFICER, _T("رئاسة التعاضدية", "Présidence de la mutuelle", "Presidency of the mutual")),
    ("women", "women-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
    ("awareness", "awareness-association", Function.OFFICER, _T("رئاسة الجمعية", "Présidence de l’association", "Presidency of the association")),
]  # fmt: skip


@dataclass
class Cast:
    """The players, by code; actors are read anew so that offices are those of the day."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Actor:
        return actor_of(self.accounts[name])

    def organisation(self, code: str) -> Organisation:
        return self.organisations[code]

    @property
    def residents(self) -> list[Actor]:
        return [self[f"resident{number}"] for number in range(1, RESIDENTS + 1)]


def assemble(cast: Cast, region: Territory, since: date) -> None:
    """Register the organisations, open the accounts and appoint everybody from `since` on."""
    for code, kind, territory, parent, title in ORGANISATIONS:
        cast.organisations[code] = directory.register_organisation(
            actor=MACHINE,
            code=code,
            kind=kind,
            title=title,
            territory=Territory.objects.get(code=territory) if territory else region,
            parent=cast.organisations.get(parent),
            founded_on=date(2012, 5, 3) if kind == _K.ASSOCIATION else None,
            is_demo=True,
        )
    template = Account()
    template.set_password(PASSWORD)
    names = [office[0] for office in OFFICES] + [f"resident{number}" for number in range(1, RESIDENTS + 1)]
    for name in names:
        cast.accounts[name] = Account.objects.create(
            email=address(name), password=template.password, assurance=Assurance.SEEN, is_demo=True
        )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=account, email=account.email, verified=True, primary=True)
        for account in cast.accounts.values()
    )
    for name, organisation, function, title in OFFICES:
        place = cast.organisations[organisation].title
        person = directory.register_person(
            actor=MACHINE,
            title=_T(*(f"{title.get(code)} · {place.get(code)}" for code in ("ar", "fr", "en"))),
            account=cast.accounts[name],
        )
        directory.appoint(
            actor=MACHINE,
            person=person,
            organisation=cast.organisations[organisation],
            function=function,
            starts_on=since,
            title=title,
        )
