"""The words the world is written in, chosen to be hard on readers.

Every list holds something that breaks careless code: letters outside ASCII, emoji, quotes, backslashes,
newlines, angle brackets, right-to-left text.
"""

import random
from html import escape

FIRST_NAMES = (
    "Ada", "Béla", "Chloë", "Dmitri", "Élodie", "Fatima", "Günter", "Hana", "Ivo", "Jürgen",
    "Kofi", "Łukasz", "María", "Nguyễn", "Øyvind", "Priya", "Quentin", "Rosa", "Søren", "Tomás",
    "Ülkü", "Vera", "Wei", "Ximena", "Yūki", "Zoë", "محمد", "李", "Ольга", "Siân",
)  # fmt: skip
LAST_NAMES = (
    "Abe", "Bjørnsen", "Çelik", "D'Angelo", "Eriksson", "Fernández", "Grün", "Håkansson", "Ito",
    "Jansen", "Kowalczyk", "Lévy", "Müller", "Núñez", "O'Neill", "Petrović", "Quirós", "Rao",
    "Strauß", "Tremblay", "Urbán", "Vondráček", "Weiß", "Xu", "Yılmaz", "Žižka", "明", "Smith \"Jr.\"",  # noqa: RUF001 - a Turkish name
)  # fmt: skip
TRADES = (
    "Bakery",
    "Optik",
    "Werke",
    "Logistics",
    "Söhne & Co.",
    "Labs",
    "Fisheries",
    "商事",
    "Gärten",
    "Wood",
)
INDUSTRIES = ("Automotive", "Consumer", "Food and Beverage", "Healthcare", "Media and Publishing", None)
TAGS = ("vip", "refund", "hardware", "überfällig", "beta-2", "needs review", "naïve, with comma", "🔥")
SUBJECTS = (
    "Cannot sign in since the update",
    "Invoice 2024/117 shows the wrong VAT",
    "Drucker druckt nicht — Größe falsch",
    'Re: Re: "Quote" for 12 units',
    "Where is my order? 📦",
    "Path C:\\temp\\new is refused",
    "الطلب لم يصل بعد",
    "パスワードを忘れました",
    "Screen <blank> & unresponsive",
    "Refund, please; it's broken",
    "Two-factor codes arrive late",
    "Question about plan limits 100% vs 'fair use'",
)
SENTENCES = (
    "I tried it twice and it fails the same way.",
    'The message says "Unable to connect" and then nothing.',
    "Our path is C:\\data\\new\\table, in case it matters.",
    "Könnten Sie das bitte prüfen? Vielen Dank!",
    "It worked until yesterday, around 5 o'clock.",
    "Total < 100 & discount > 10%.",
    "添付ファイルをご覧ください。",
    "See you 👋🏽 and thanks in advance 🙏",
    "Merci d'avance pour votre aide.",
    "First line\nsecond line\twith a tab.",
    "We have escalated this to our engineers.",
    "Please find the details below.",
    "Could you send the serial number?",
    "The replacement has been shipped today.",
)
CITIES = ("Graz", "Kyōto", "São Paulo", "Zürich", "Reykjavík", "Łódź", "Austin", "Cork")
JOB_TITLES = ("Buyer", "Head of IT", "Geschäftsführerin", "Support Engineer", None, None)
LANGUAGES = ("en", "de", "fr", "ja-JP", "pt-BR", "ar")
TIME_ZONES = ("Eastern Time (US & Canada)", "Vienna", "Tokyo", "UTC", "Brasilia")


def person_name(rng: random.Random) -> str:
    """A first and a last name."""
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def company_name(rng: random.Random, number: int) -> str:
    """A name no other company has: Freshdesk refuses a second one."""
    return f"{rng.choice(LAST_NAMES)} {rng.choice(TRADES)} {number}"


def text(rng: random.Random, sentences: int) -> str:
    """A number of sentences as plain text."""
    return " ".join(rng.choices(SENTENCES, k=sentences))


def html(plain: str) -> str:
    """The text as an agent's editor would send it."""
    return f'<div dir="ltr"><p>{escape(plain, quote=False)}</p><br/></div>'
