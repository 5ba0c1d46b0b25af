"""The words of the transcripts: short passages in five languages that make up a conversation.

A conversation is five passages: opening, problem (by queue), question, outcome (good or bad),
closing (good or bad). ``A:`` is the agent, ``C:`` the customer, ``B:`` the bot; ``{agent}``,
``{customer}`` and ``{product}`` are filled in. Card and telephone numbers are the usual test ones.
"""

from __future__ import annotations

from cxtool.synthetic.centre import QUEUES
from cxtool.synthetic.names import LANGUAGES

SPEAKERS = {"A": "agent", "C": "customer", "B": "bot"}
GOOD, BAD = "good", "bad"

Texts = dict[str, tuple[str, ...]]
Kinds = dict[str, Texts]

OPENINGS: Kinds = {
    "voice": {
        "en": (
            "A: Good morning, you are speaking with {agent}. How can I help?",
            "A: Thank you for calling, my name is {agent}. What can I do for you today?",
            "A: Hello, {agent} speaking. Thanks for your patience, it is a busy day.",
        ),
        "pl": ("A: Dzień dobry, {agent}, w czym mogę pomóc?",),
        "uk": ("A: Добрий день, мене звати {agent}. Чим можу допомогти?",),
        "th": ("A: สวัสดีค่ะ {agent} รับสายค่ะ มีอะไรให้ช่วยคะ",),
        "zh": ("A: 您好,我是{agent},请问有什么可以帮您?",),
    },
    "written": {
        "en": (
            "B: Hi! I am the assistant. An agent will be with you shortly.\n"
            "A: Hi {customer}, this is {agent}. How can I help?",
            "B: Welcome back. Please tell us in a few words what it is about.\n"
            "C: I need a person, please.\n"
            "A: Hello, {agent} here, I have taken over the chat.",
        ),
        "pl": ("B: Dzień dobry! Łączę z konsultantem.\nA: Witam, tu {agent}. Słucham.",),
        "uk": ("B: Вітаємо! З'єднуємо з оператором.\nA: Доброго дня, це {agent}. Слухаю вас.",),
        "th": ("B: สวัสดีค่ะ กำลังต่อสายเจ้าหน้าที่\nA: สวัสดีค่ะ {agent} ยินดีให้บริการค่ะ",),
        "zh": ("B: 您好,正在为您转接人工客服。\nA: 您好,我是{agent},请讲。",),
    },
}

PROBLEMS: Kinds = {
    "en": {
        "billing": (
            "C: I was charged twice for {product} this month.\n"
            "A: I am sorry about that. Let me look at the invoice together with you.\n"
            "C: Please do, it is the second time.",
            "C: My payment was refused, the card is 4111 1111 1111 1111.\n"
            "A: Please do not read the card number out to me, I do not need it.\n"
            "C: Oh, right. It still does not work.",
            "C: Where is my refund? You promised five days and it has been three weeks.\n"
            "A: That is far too long, I understand that you are upset.",
        ),
        "orders": (
            "C: My parcel with the {product} has not arrived.\n"
            "A: Let me check where it is right now.\n"
            "C: The tracking page has shown the same thing since Monday.",
            "C: I want to send the {product} back, it is the wrong colour.\n"
            "A: No problem at all, you have thirty days for that.",
        ),
        "technical": (
            "C: My {product} keeps losing the connection every evening.\n"
            "A: How annoying. Are the lights on the front green or red?\n"
            "C: Red, and I have restarted it three times.",
            "C: I cannot sign in, it says my password is wrong.\n"
            "A: I can help with that. Do you see the same on another device?\n"
            "C: Yes, on both.",
            "C: There has been an outage here since this morning, nothing works at all!\n"
            "A: I am really sorry. I can see the fault in your area.",
        ),
        "care": (
            "C: I would like to cancel my contract for {product}.\n"
            "A: I am sorry to hear that. May I ask what the reason is?\n"
            "C: A competitor offers the same for less.",
            "C: I want to complain, nobody called me back as promised.\n"
            "A: You are right, that should not have happened. I will take care of it myself.",
            "C: We are moving house next month, what do I have to do?\n"
            "A: Congratulations! I can change the address for you right here.",
        ),
        "sales": (
            "C: I saw an offer for {product}, is it still valid?\n"
            "A: It is, until the end of the month. Shall I tell you what is included?\n"
            "C: Yes, please.",
        ),
    },
    "pl": {
        "billing": (
            "C: Na fakturze za {product} jest podwójna opłata.\nA: Przepraszam, już sprawdzam.",
        ),
        "orders": ("C: Paczka z {product} jeszcze nie dotarła.\nA: Sprawdzę, gdzie teraz jest.",),
        "technical": (
            "C: Internet nie działa od rana, {product} świeci na czerwono.\n"
            "A: Rozumiem, to bardzo uciążliwe. Czy był już restart?\n"
            "C: Tak, trzy razy.",
        ),
        "care": ("C: Chcę zrezygnować z umowy.\nA: Przykro mi. Czy mogę zapytać o powód?",),
        "sales": ("C: Czy oferta na {product} jest aktualna?\nA: Tak, do końca miesiąca.",),
    },
    "uk": {
        "billing": ("C: З мене двічі зняли гроші за {product}.\nA: Перепрошую, зараз перевірю.",),
        "orders": ("C: Посилка з {product} досі не прийшла.\nA: Подивлюся, де вона зараз.",),
        "technical": (
            "C: {product} не працює з самого ранку.\n"
            "A: Розумію, це прикро. Ви його вже перезавантажували?\n"
            "C: Так, кілька разів.",
        ),
        "care": ("C: Я хочу розірвати договір.\nA: Дуже шкода. Чи можу я дізнатися причину?",),
        "sales": ("C: Чи діє ще пропозиція на {product}?\nA: Так, до кінця місяця.",),
    },
    "th": {
        "billing": ("C: โดนเก็บเงินค่า {product} สองครั้งค่ะ\nA: ขออภัยค่ะ ขอตรวจสอบใบแจ้งหนี้สักครู่นะคะ",),
        "orders": ("C: พัสดุ {product} ยังไม่มาเลยค่ะ\nA: ขอเช็กสถานะให้นะคะ",),
        "technical": (
            "C: {product} ใช้งานไม่ได้ตั้งแต่เช้าค่ะ\nA: เข้าใจค่ะ ลองปิดแล้วเปิดใหม่หรือยังคะ\nC: ลองแล้วสามครั้งค่ะ",
        ),
        "care": ("C: ต้องการยกเลิกสัญญาค่ะ\nA: เสียใจด้วยค่ะ ขอทราบเหตุผลได้ไหมคะ",),
        "sales": ("C: โปรโมชั่น {product} ยังมีอยู่ไหมคะ\nA: มีถึงสิ้นเดือนค่ะ",),
    },
    "zh": {
        "billing": ("C: 这个月的{product}扣了两次费。\nA: 非常抱歉,我马上核对账单。",),
        "orders": ("C: 我的{product}还没有收到。\nA: 我来查一下物流。",),
        "technical": (
            "C: {product}从早上开始就连不上网。\nA: 理解您的心情,请问重启过了吗?\nC: 重启三次了。",
        ),
        "care": ("C: 我想取消合同。\nA: 很遗憾,方便告诉我原因吗?",),
        "sales": ("C: {product}的优惠还有吗?\nA: 有的,到本月底。",),
    },
}

QUESTIONS: Texts = {
    "en": (
        "A: Can you confirm your name and postcode, please?\n"
        "C: {customer}, and the postcode is the one on the contract.\n"
        "A: Thank you, I have found you.",
        "A: When did it happen for the first time?\n"
        "C: About a week ago.\n"
        "A: And has anything changed since then?\n"
        "C: No, nothing.",
        "A: You have been with us for years, thank you for that. Give me a minute.\nC: Sure.",
        "A: Did you know that you can see this in the app as well, under Help?\n"
        "C: I did not, thanks.",
    ),
    "pl": ("A: Proszę o imię i nazwisko.\nC: {customer}.\nA: Dziękuję, mam dane przed sobą.",),
    "uk": ("A: Назвіть, будь ласка, ваше ім'я.\nC: {customer}.\nA: Дякую, бачу ваш договір.",),
    "th": ("A: ขอทราบชื่อด้วยค่ะ\nC: {customer} ค่ะ\nA: ขอบคุณค่ะ พบข้อมูลแล้ว",),
    "zh": ("A: 请问您的姓名?\nC: {customer}。\nA: 谢谢,已经找到您的资料。",),
}

OUTCOMES: Kinds = {
    GOOD: {
        "en": (
            "A: I have corrected it, you will see it within the hour.\nC: That was quick!",
            "A: A new {product} is on its way and will be with you on Thursday.\nC: Perfect.",
            "A: Please try again now.\nC: It works! Great.",
        ),
        "pl": ("A: Już poprawione, zmiana będzie widoczna za godzinę.\nC: Świetnie, dziękuję.",),
        "uk": ("A: Усе виправлено, за годину побачите зміни.\nC: Чудово, дякую.",),
        "th": ("A: แก้ไขเรียบร้อยแล้วค่ะ\nC: ดีมากเลยค่ะ ขอบคุณค่ะ",),
        "zh": ("A: 已经处理好了,一小时内生效。\nC: 太好了,谢谢。",),
    },
    BAD: {
        "en": (
            "A: I am afraid I cannot solve this from here, I have to pass it on.\n"
            "C: Again? This is really frustrating.",
            "A: It will take another five working days.\n"
            "C: That is not acceptable, I will look for another provider.",
            "A: I do not see any mistake on our side.\nC: Then let me speak to your manager.",
        ),
        "pl": (
            "A: Niestety muszę przekazać sprawę dalej.\nC: To już trzeci raz, to niedopuszczalne.",
        ),
        "uk": (
            "A: На жаль, мушу передати звернення далі.\nC: Це жахливо, я піду до іншої компанії.",
        ),
        "th": ("A: ต้องส่งเรื่องต่อให้แผนกอื่นค่ะ\nC: แย่มาก รอมานานแล้วนะคะ",),
        "zh": ("A: 抱歉,需要转给其他部门处理。\nC: 太失望了,我要投诉。",),
    },
}

CLOSINGS: Kinds = {
    GOOD: {
        "en": (
            "A: Is there anything else I can do for you?\n"
            "C: No, thank you very much, you were great.",
            "A: Thank you for being a loyal customer. Have a nice day!\nC: You too, bye.",
        ),
        "pl": ("A: Czy mogę jeszcze w czymś pomóc?\nC: Nie, dziękuję bardzo. Do widzenia.",),
        "uk": ("A: Чи можу ще чимось допомогти?\nC: Ні, щиро дякую, до побачення.",),
        "th": ("A: มีอะไรให้ช่วยอีกไหมคะ\nC: ไม่มีแล้วค่ะ ขอบคุณมาก",),
        "zh": ("A: 还有其他可以帮您的吗?\nC: 没有了,非常感谢。",),
    },
    BAD: {
        "en": (
            "A: Someone will call you back by tomorrow.\nC: I have heard that before. Goodbye.",
            "A: Sorry that I have no better news.\nC: Me too. This was a waste of time.",
        ),
        "pl": ("A: Oddzwonimy najpóźniej jutro.\nC: Zobaczymy. Do widzenia.",),
        "uk": ("A: Ми зателефонуємо вам завтра.\nC: Сподіваюся. До побачення.",),
        "th": ("A: พรุ่งนี้จะติดต่อกลับค่ะ\nC: หวังว่านะคะ",),
        "zh": ("A: 明天会给您回电。\nC: 希望如此。",),
    },
}

Passage = tuple[tuple[str, str], ...]  # turns: speaker, text


def _passage(text: str) -> Passage:
    turns = (line.split(": ", 1) for line in text.split("\n"))
    return tuple((SPEAKERS[mark], words) for mark, words in turns)


def passages() -> dict[tuple[str, ...], tuple[Passage, ...]]:
    """All passages by part, language and what else decides: medium, queue, or outcome.

    >>> passages()["closing", "pl", "bad"][0][0]
    ('agent', 'Oddzwonimy najpóźniej jutro.')
    """
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for language in LANGUAGES:
        found["question", language] = QUESTIONS[language]
        for medium, openings in OPENINGS.items():
            found["opening", language, medium] = openings[language]
        for queue in QUEUES:
            found["problem", language, queue] = PROBLEMS[language][queue]
        for outcome in (GOOD, BAD):
            found["outcome", language, outcome] = OUTCOMES[outcome][language]
            found["closing", language, outcome] = CLOSINGS[outcome][language]
    return {key: tuple(_passage(text) for text in texts) for key, texts in found.items()}
