"""Invented people, companies and places in five languages, as lookup tables.

A name is one whole number into ``PEOPLE``; companies are numbered without end: past the plain
combinations a town is added, past those a number, so that no two companies share a name.
"""

from __future__ import annotations

import unicodedata
from itertools import product

from msgspec import Struct

LANGUAGES = ("en", "pl", "uk", "th", "zh")
LANGUAGE_SHARES = (0.45, 0.18, 0.13, 0.14, 0.10)
CALLING_CODES = ("44", "48", "380", "66", "86")

GIVEN = {
    "en": "Ada Bryn Calla Darius Edith Farrell Greta Hollis Imogen Jonah Keira Lowell Maeve"
    " Nolan Odette Piers Quincy Rhoda Silas Tamsin Ulric Verity Wendell Yolanda",
    "pl": "Agata Bogdan Celina Dobromir Eliza Filip Grażyna Hubert Iga Janusz Kinga Lech Łucja"
    " Mikołaj Nadia Olgierd Pola Radosław Sława Tymon Urszula Wit Zofia Żaneta",
    "uk": "Олена/Olena Богдан/Bohdan Вікторія/Viktoriia Григорій/Hryhorii Дарина/Daryna"
    " Євген/Yevhen Жанна/Zhanna Зеновій/Zenovii Ірина/Iryna Кирило/Kyrylo Леся/Lesia"
    " Маркіян/Markiian Надія/Nadiia Остап/Ostap Поліна/Polina Роман/Roman"
    " Соломія/Solomiia Тарас/Taras Уляна/Uliana Федір/Fedir Христина/Khrystyna Юрій/Yurii"
    " Яна/Yana Назар/Nazar",
    "th": "กานดา/Kanda ขวัญชัย/Khwanchai จันทร์เพ็ญ/Chanphen ชลธิชา/Chonthicha ณรงค์/Narong"
    " ดารุณี/Darunee ธนพล/Thanaphon นภา/Napha บุญมี/Bunmi ปรีชา/Pricha พิมพ์ใจ/Phimchai"
    " ภาคิน/Phakhin มาลัย/Malai ยุพา/Yupha รัตนา/Rattana ลักษณ์/Lak วิชัย/Wichai"
    " ศิริพร/Siriphon สมหญิง/Somying สุรชัย/Surachai อรทัย/Orathai อนันต์/Anan เกษม/Kasem"
    " ไพลิน/Phailin",
    "zh": "子涵/Zihan 文博/Wenbo 雅婷/Yating 浩宇/Haoyu 思远/Siyuan 美玲/Meiling 建国/Jianguo"
    " 晓燕/Xiaoyan 志强/Zhiqiang 欣怡/Xinyi 俊杰/Junjie 丽华/Lihua 明轩/Mingxuan"
    " 静怡/Jingyi 国栋/Guodong 诗雨/Shiyu 天佑/Tianyou 春梅/Chunmei 家豪/Jiahao"
    " 若曦/Ruoxi 永康/Yongkang 秀英/Xiuying 一鸣/Yiming 佩珊/Peishan",
}
FAMILY = {
    "en": "Ashdown Birchall Copeland Drummond Eastlake Fenwick Garrick Hathaway Inglewood"
    " Jarvis Kettering Lockhart Merriweather Northcote Oakhurst Pemberton Quillan"
    " Ravenhill Stanmore Thurlow Underhill Vickers Whitcombe Yardley",
    "pl": "Adamczak Borowik Cieślak Dudziński Fijałka Gawron Hajduk Iwanek Jastrzębiec"
    " Kalinowiec Lisiecki Łęcki Modrzew Niemirycz Osika Pawlicz Rogala Sikorka Tarnawa"
    " Ułan Wieczorek Zaremba Źrebiec Żurawik",
    "uk": "Андрущенко/Andrushchenko Бережний/Berezhnyi Вербицька/Verbytska Гайдай/Haidai"
    " Дорошенко/Doroshenko Жук/Zhuk Зоря/Zoria Іваненко/Ivanenko Калина/Kalyna"
    " Левченко/Levchenko Мороз/Moroz Нечай/Nechai Олійник/Oliinyk Полтавець/Poltavets"
    " Ремез/Remez Степаненко/Stepanenko Терен/Teren Усенко/Usenko Фурман/Furman"
    " Хоменко/Khomenko Цимбал/Tsymbal Чубар/Chubar Шевчук/Shevchuk Яремчук/Yaremchuk",
    "th": "แก้วมณี/Kaeomani คงสุข/Khongsuk งามวงศ์/Ngamwong จิตรดี/Chitdi ใจเย็น/Chaiyen"
    " ชูศรี/Chusi ทองสุก/Thongsuk ธรรมรักษ์/Thammarak นาคทอง/Nakthong บัวหลวง/Bualuang"
    " ประเสริฐ/Prasoet ผลดี/Phondi พงษ์ไพร/Phongphrai มีสุข/Misuk ยอดแก้ว/Yotkaeo"
    " รุ่งเรือง/Rungrueang วงศ์ใหญ่/Wongyai ศรีสวัสดิ์/Sisawat สายทอง/Saithong"
    " สุขใจ/Sukchai แสงจันทร์/Saengchan หอมหวล/Homhuan อินทร์แก้ว/Inkaeo"
    " โพธิ์ทอง/Phothong",
    "zh": "林/Lin 陈/Chen 黄/Huang 张/Zhang 李/Li 王/Wang 吴/Wu 刘/Liu 蔡/Cai 杨/Yang 许/Xu"
    " 郑/Zheng 谢/Xie 郭/Guo 洪/Hong 邱/Qiu 曾/Zeng 廖/Liao 赖/Lai 徐/Xu 周/Zhou 叶/Ye"
    " 苏/Su 庄/Zhuang",
}
TOWNS = {
    "en": "Leeds Bristol Norwich Dundee Cardiff Exeter Belfast Lincoln",
    "pl": "Kraków Gdynia Łódź Poznań Rzeszów Opole Toruń Białystok",
    "uk": "Львів Київ Одеса Полтава Харків Луцьк Чернівці Суми",
    "th": "กรุงเทพฯ เชียงใหม่ ขอนแก่น ภูเก็ต นครราชสีมา สงขลา อยุธยา ระยอง",
    "zh": "上海 杭州 成都 厦门 广州 武汉 青岛 西安",
}
COMPANY_STEMS = {
    "en": "Alderbrook Brightwater Cobblefield Driftwood Elmbridge Foxglove Greystone"
    " Harbourline Ironbark Juniper Kingfisher Larkspur Millrace Nightjar Oakmere"
    " Quarrybank",
    "pl": "Bursztyn Cyprys Dąbrowa Efekt Falochron Grań Horyzont Iskra Jesion Kotwica Latarnik"
    " Modrzewie Nurt Orlik Perkoz Wicher",
    "uk": "Барвінок Веселка Горицвіт Джерело Едельвейс Журавель Зірниця Калина Лелека Мрія"
    " Оберіг Промінь Світанок Терен Хвиля Ясен",
    "th": "กล้วยไม้ ขุนเขา จันทรา ชบา ดาวเหนือ ตะวัน ทะเลใส ธารทอง นกยูง บัวขาว ปาริชาต ฟ้าใส"
    " มณี รุ่งอรุณ ลีลา สายน้ำ",
    "zh": "云帆 海岳 青松 白鹭 金桥 晨光 远山 长河 明月 新禾 瑞雪 星海 翠竹 丰年 大成 和风",
}
COMPANY_TRADES = {
    "en": "Logistics Foods Clinics Textiles Energy Travel Insurance Fixtures Printing Learning",
    "pl": "Logistyka Piekarnie Przychodnie Tkaniny Energia Podróże Ubezpieczenia Meble Druk"
    " Szkolenia",
    "uk": "Логістика Харчі Клініки Текстиль Енергія Мандри Страхування Меблі Друк Освіта",
    "th": "ขนส่ง อาหาร คลินิก สิ่งทอ พลังงาน ท่องเที่ยว ประกันภัย เฟอร์นิเจอร์ การพิมพ์ การศึกษา",
    "zh": "物流 食品 诊所 纺织 能源 旅行 保险 家居 印刷 教育",
}
JOINERS = {"en": " ", "pl": " ", "uk": " ", "th": "", "zh": ""}


class Person(Struct, frozen=True):
    """A full name as its owner writes it, and the Latin form that an e-mail address is made of."""

    name: str
    address: str
    language: str


def _latin(word: str) -> str:
    """The word in plain lower-case letters.

    >>> _latin("Łęcki")
    'lecki'
    """
    plain = unicodedata.normalize("NFKD", word.translate(str.maketrans("łŁ", "lL")))
    return plain.encode("ascii", "ignore").decode().lower()


def _people(language: str) -> list[Person]:
    people = []
    for given, family in product(GIVEN[language].split(), FAMILY[language].split()):
        given_name, _, given_latin = given.partition("/")
        family_name, _, family_latin = family.partition("/")
        full = f"{family_name}{given_name}" if language == "zh" else f"{given_name} {family_name}"
        address = f"{_latin(given_latin or given)}.{_latin(family_latin or family)}"
        people.append(Person(full, address, language))
    return people


PEOPLE: tuple[Person, ...] = tuple(person for language in LANGUAGES for person in _people(language))
PEOPLE_PER_LANGUAGE = len(PEOPLE) // len(LANGUAGES)
PLACES: tuple[str, ...] = tuple(town for language in LANGUAGES for town in TOWNS[language].split())
PLACES_PER_LANGUAGE = len(PLACES) // len(LANGUAGES)

PLAIN_COMPANIES = 5 * 16 * 10


def company_name(number: int) -> str:
    """The name of the company of that number, counted from 0; no two are equal.

    >>> company_name(0), company_name(800), company_name(7200)
    ('Alderbrook Logistics', 'Alderbrook Logistics Leeds', 'Alderbrook Logistics Leeds 2')
    """
    cycle, plain = divmod(number, PLAIN_COMPANIES)
    combination, language_index = divmod(plain, len(LANGUAGES))
    language = LANGUAGES[language_index]
    shift, stem = divmod(combination, 16)
    stem_word = COMPANY_STEMS[language].split()[stem]
    trade_word = COMPANY_TRADES[language].split()[(stem + shift) % 10]
    name = f"{stem_word}{JOINERS[language]}{trade_word}"
    if cycle == 0:
        return name
    towns = TOWNS[language].split()
    series, town = divmod(cycle - 1, len(towns))
    return f"{name} {towns[town]}" + (f" {series + 1}" if series else "")


def person_name(number: int) -> str:
    """The name of the person of that number; past all names a count follows.

    >>> person_name(0), person_name(len(PEOPLE))
    ('Ada Ashdown', 'Ada Ashdown 2')
    """
    cycle, index = divmod(number, len(PEOPLE))
    return PEOPLE[index].name + (f" {cycle + 1}" if cycle else "")
