"""The figures of the public example invoices of EN 16931, as finsuite would be told them.

Origin: the validation artefacts of CEN/TC 434, github.com/ConnectingEurope/eInvoicing-EN16931 at b6c9e06 (2026-04-14),
folders ubl/examples and cii/examples. Only figures are carried over. `S25` is VAT category S at 25 %.

- A price for a quantity of several (BT-149) is given for one.
- A charge on the whole document (BG-21) is the shipping; a further one is a line, and so is an allowance (BG-20), which
  bears a category of its own. `outside` says by how much those lines change the sum of the lines.
- A charge on a line (BG-28) is a line of the same tax, an allowance on it (BG-27) its discount.
- A line whose amount isn't its quantity × its price in the example itself is one of its net amount; `odd` says which.
"""

from dataclasses import dataclass

Item = tuple[str, str, str] | tuple[str, str, str, str]  # quantity, rate, VAT, discount


@dataclass(frozen=True)
class Example:
    files: tuple[str, ...]  # the same figures stand in each
    currency: str
    items: tuple[Item, ...]
    vat: dict[str, tuple[str, str]]  # category and rate: taxable (BT-116), tax (BT-117)
    line_total: str  # BT-106
    exclusive: str  # BT-109
    inclusive: str  # BT-112
    payable: str  # BT-115
    prepaid: str = "0"  # BT-113
    charge: tuple[str, str] = ("0", "")
    outside: str = "0"
    price_precision: int = 2
    odd: str = ""


GROCERIES = (
    ("2", "9.95", "S6"), ("1", "9.85", "S6"), ("1", "8.29", "S6"), ("2", "7.23", "S6"), ("1", "35.00", "S6"),
    ("1", "35.00", "S6"), ("1", "10.65", "S6"), ("1", "1.55", "S6"), ("3", "4.79", "S6"), ("1", "8.29", "S6"),
    ("2", "8.29", "S6"), ("1", "9.95", "S6"), ("2", "1.65", "S6"), ("1", "10.80", "S21"), ("1", "3.90", "S6"),
    ("2", "3.80", "S21"), ("2", "4.67", "S21"), ("1", "18.63", "S21"), ("6", "17.02", "S6"), ("-6", "18.33", "S6"),
)  # fmt: skip

FEES = (("1000", "1.00", "S25"), ("100", "5.00", "S25"), ("500", "5.00", "S12"))

EXAMPLES = (
    Example(
        files=("ubl/BIS3_Invoice_positive.XML",),
        currency="DKK",
        items=(("1", "625743.54", "S25"),),
        vat={"S25": ("625743.54", "156435.89")},
        line_total="625743.54",
        exclusive="625743.54",
        inclusive="782179.43",
        payable="782179.43",
    ),
    Example(
        files=("ubl/BIS3_Invoice_negativ.XML",),
        currency="DKK",
        items=(("-1", "625743.54", "S25"),),
        vat={"S25": ("-625743.54", "-156435.89")},
        line_total="-625743.54",
        exclusive="-625743.54",
        inclusive="-782179.43",
        payable="-782179.43",
    ),
    Example(
        files=("ubl/FT G2G_TD01 con Allegato, Bonifico e Split Payment.xml",),
        currency="EUR",
        items=(("20", "62.30", "B22"),),
        vat={"B22": ("1246.00", "274.12")},
        line_total="1246.00",
        exclusive="1246.00",
        inclusive="1520.12",
        prepaid="274.12",
        payable="1246.00",
    ),
    Example(
        files=(
            "ubl/guide-example1.xml",
            "ubl/ubl-tc434-example1.xml",
            "ubl/ubl-tc434-example10.xml",
            "cii/CII_example1.xml",
        ),
        currency="EUR",
        items=GROCERIES,
        vat={"S21": ("46.37", "9.74"), "S6": ("183.23", "10.99")},
        line_total="229.60",
        exclusive="229.60",
        inclusive="250.33",
        payable="250.33",
        odd="line 20 is returned goods, 6 × 18.33 = −109.98: its quantity is −6",
    ),
    Example(
        files=(
            "ubl/guide-example2.xml",
            "ubl/ubl-tc434-example2.xml",
            "cii/CII_business_example_01.xml",
            "cii/CII_example2.xml",
        ),
        currency="NOK",
        items=(
            ("1", "1273.00", "S25", "12.00"),
            ("1", "12.00", "S25"),  # the charge on line 1
            ("-1", "3.96", "S15"),
            ("2", "2.48", "S15"),
            ("-1", "25.00", "E0"),
            ("250", "0.75", "S25"),
            ("-1", "100.00", "S25"),  # the allowance on the document
        ),
        charge=("100.00", "S25"),
        outside="-100.00",
        vat={"S25": ("1460.50", "365.13"), "S15": ("1.00", "0.15"), "E0": ("-25.00", "0.00")},
        line_total="1436.50",
        exclusive="1436.50",
        inclusive="1801.78",
        prepaid="1000.00",
        payable="801.78",
        odd="line 1 is 1273.00 for a quantity of 2 at 1273.00 in UBL: its quantity is 1, as in CII",
    ),
    Example(
        files=("ubl/guide-example3.xml", "cii/CII_example3.xml"),
        currency="DKK",
        items=(("1", "400.00", "S25"), ("1", "400.00", "S25")),
        charge=("100.00", "S25"),
        vat={"S25": ("900.00", "225.00")},
        line_total="800.00",
        exclusive="900.00",
        inclusive="1125.00",
        payable="1125.00",
        odd="both lines are 400.00 for a quantity of 2 at 800.00 in UBL; CII has one line of 800.00",
    ),
    Example(
        files=("ubl/ubl-tc434-example3.xml",),
        currency="DKK",
        items=(("1", "800.00", "S25"), ("1", "800.00", "S10")),
        charge=("100.00", "S25"),
        vat={"S25": ("900.00", "225.00"), "S10": ("800.00", "80.00")},
        line_total="1600.00",
        exclusive="1700.00",
        inclusive="2005.00",
        payable="2005.00",
        odd="both lines are 800.00 for a quantity of 2 at 800.00",
    ),
    Example(
        files=("ubl/issue116.xml",),
        currency="SEK",
        items=(
            ("1", "100", "S6"),
            ("1", "50", "S12"),
            ("1", "150", "S12"),
            ("1", "400", "S25"),
            ("-1", "1", "E0"),  # the allowance on the document
        ),
        charge=("1", "E0"),
        outside="-1",
        vat={"S25": ("400", "100"), "S12": ("200", "24"), "S6": ("100", "6"), "E0": ("0", "0")},
        line_total="700",
        exclusive="700",
        inclusive="830",
        payable="830",
    ),
    Example(
        files=("ubl/sample-discount-price.xml",),
        currency="EUR",
        items=(("100.000", "0.1212", "S25"),),
        price_precision=4,
        vat={"S25": ("12.12", "3.03")},
        line_total="12.12",
        exclusive="12.12",
        inclusive="15.15",
        payable="15.15",
    ),
    Example(
        files=("ubl/ubl-tc434-creditnote1.xml",),
        currency="EUR",
        items=(("1.00", "100.11", "E0"),),
        vat={"E0": ("100.11", "0.00")},
        line_total="100.11",
        exclusive="100.11",
        inclusive="100.11",
        payable="100.11",
    ),
    Example(
        files=(
            "ubl/ubl-tc434-example4.xml",
            "ubl/ubl-tc434-example6.xml",
            "cii/CII_example4.xml",
            "cii/CII_example6.xml",
        ),
        currency="DKK",
        items=FEES,
        vat={"S25": ("1500.00", "375.00"), "S12": ("2500.00", "300.00")},
        line_total="4000.00",
        exclusive="4000.00",
        inclusive="4675.00",
        payable="4675.00",
    ),
    Example(
        files=("ubl/ubl-tc434-example5.xml", "cii/CII_example5.xml"),
        currency="DKK",
        items=(
            ("1000", "1.00", "S25", "10%"),
            ("1", "100.00", "S25"),  # the charge on line 1
            *FEES[1:],
            ("-1", "150.00", "S25"),  # the allowance on the document
        ),
        charge=("150.00", "S25"),
        outside="-150.00",
        vat={"S25": ("1500.00", "375.00"), "S12": ("2500.00", "300.00")},
        line_total="4000.00",
        exclusive="4000.00",
        inclusive="4675.00",
        prepaid="2337.50",
        payable="2337.50",
    ),
    Example(
        files=("ubl/ubl-tc434-example7.xml", "cii/CII_example7.xml"),
        currency="SEK",
        items=(("1", "2500.00", "O0"), ("1", "700.00", "O0")),
        vat={"O0": ("3200.00", "0.00")},
        line_total="3200.00",
        exclusive="3200.00",
        inclusive="3200.00",
        payable="3200.00",
    ),
    Example(
        files=("ubl/ubl-tc434-example8.xml", "cii/CII_example8.xml"),
        currency="EUR",
        items=(
            ("16000", "0.00880", "S21"),
            ("16000", "0.00101", "S21"),
            ("132", "1.27", "S21"),  # 15.24 for 12
            ("58", "1.53", "S21"),
            ("1", "36.75", "S21"),  # 441.00 for 12
            ("1", "56.50", "S21"),  # 678.00 for 12
            ("1", "83.34", "S21"),
            ("1", "190.31", "S21"),
            ("1", "64.21", "S21"),
            ("1", "64.46", "S21"),
        ),
        price_precision=5,
        vat={"S21": ("908.91", "190.87")},
        line_total="908.91",
        exclusive="908.91",
        inclusive="1099.78",
        payable="1099.78",
    ),
    Example(
        files=("ubl/ubl-tc434-example9.xml", "cii/CII_example9.xml"),
        currency="EUR",
        items=(("3", "49.00", "S21"),),
        vat={"S21": ("147.00", "30.87")},
        line_total="147.00",
        exclusive="147.00",
        inclusive="177.87",
        payable="177.87",
    ),
    Example(
        files=("cii/CII-BR-CO-10-RoundingIssue.xml",),
        currency="EUR",
        items=(("1", "720.81", "S19"), ("1", "0.01", "Z0"), ("-1", "720.81", "S19"), ("-1", "0.01", "Z0")),
        vat={"S19": ("0.00", "0.00"), "Z0": ("0.00", "0.00")},
        line_total="0.00",
        exclusive="0.00",
        inclusive="0.00",
        payable="0.00",
    ),
    Example(
        files=("cii/CII_business_example_02.xml",),
        currency="EUR",
        items=(("1.0000", "1.2605", "S19"), ("1.0000", "1.2605", "S19"), ("1.0000", "7.4790", "S19")),
        price_precision=4,
        vat={"S19": ("10.00", "1.90")},
        line_total="10.00",
        exclusive="10.00",
        inclusive="11.90",
        payable="11.90",
    ),
    Example(
        files=("cii/CII_business_example_Z.xml",),
        currency="EUR",
        items=(("1.000", "12122.59", "Z0"), ("-1", "606.13", "Z0"), ("1", "177.41", "Z0")),
        vat={"Z0": ("11693.87", "0.00")},
        line_total="11693.87",
        exclusive="11693.87",
        inclusive="11693.87",
        payable="11693.87",
        odd="line 16 is 177.41 for a quantity of 1 at 1.50",
    ),
    Example(
        files=("cii/XRechnung-O.xml",),
        currency="EUR",
        items=(("1", "83654.15", "O0"), ("1", "252646.80", "O0"), ("1", "33349.38", "O0")),  # the last: a second charge
        charge=("15894.27", "O0"),
        outside="33349.38",
        vat={"O0": ("385544.60", "0.00")},
        line_total="336300.95",
        exclusive="385544.60",
        inclusive="385544.60",
        payable="385544.60",
        odd="the lines' prices contain charges that their amounts leave out and the document has again",
    ),
    Example(
        files=("cii/huf_example_cii.xml",),
        currency="JPY",  # stands in for a forint without fillér
        items=(
            ("64", "361.09", "S27"),  # 36109 for 100
            ("1", "330", "S27"),
            ("56.81", "371.34", "S27"),
            ("1", "293", "S27"),
            ("63.97", "375.50", "S27"),
            ("1", "330", "S27"),
        ),
        vat={"S27": ("69180", "18679")},
        line_total="69180",
        exclusive="69180",
        inclusive="87859",
        payable="87859",
        odd="forints are rounded to whole ones, which the standard currency list gives two decimals",
    ),
)
