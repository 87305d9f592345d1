"""How companies and people are named, reached and paid in the countries of the demo. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """How companies and people of one country are named, reached and paid."""

    name: str
    currency: str
    domain: str
    dial: str
    digits: int
    language: str
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    patterns: tuple[str, ...]
    titles: tuple[str, ...]
    tax: str


FRANCE = Country(
    name="France",
    currency="EUR",
    domain="fr",
    dial="+33",
    digits=9,
    language="fr",
    cities=(
        ("Lyon", "69003"),
        ("Villeurbanne", "69100"),
        ("Saint-Étienne", "42000"),
        ("Grenoble", "38000"),
        ("Besançon", "25000"),
        ("Orléans", "45000"),
        ("Nîmes", "30000"),
        ("Béziers", "34500"),
        ("Paris", "75011"),
        ("Nantes", "44000"),
        ("Angoulême", "16000"),
        ("Mâcon", "71000"),
        ("Évreux", "27000"),
        ("Châteauroux", "36000"),
    ),
    streets=(
        "12 rue de la République",
        "4 allée des Érables",
        "27 avenue Jean-Jaurès",
        "8 impasse du Château",
        "115 cours Gambetta",
        "3 place de l’Hôtel-de-Ville",
        "56 boulevard Voltaire",
        "19 chemin des Prés",
        "2 bis rue des Frères-Lumière",
    ),
    first_names=(
        "Amélie",
        "Benoît",
        "Chloé",
        "Désiré",
        "Élodie",
        "François",
        "Gaëlle",
        "Hélène",
        "Inès",
        "Jérôme",
        "Loïc",
        "Maëlle",
        "Noémie",
        "Océane",
        "Rémi",
        "Sébastien",
        "Théo",
        "Zoé",
        "Aïcha",
        "Karim",
        "Mathéo",
        "Thaïs",
    ),
    last_names=(
        "Lefèvre",
        "Moreau",
        "Bérenger",
        "Chauvin",
        "Delacroix",
        "Étienne",
        "Fabre",
        "Guérin",
        "Hébert",
        "Jolivet",
        "Lemaître",
        "Maréchal",
        "Noël",
        "Pécheux",
        "Roussel",
        "Sénéchal",
        "Thévenot",
        "Vasseur",
        "Bénard",
        "Crépin",
        "Dufrêne",
        "Gaël",
        "Léonard",
        "Néel",
        "Prévost",
        "Salaün",
        "Tréhel",
        "Féret",
    ),
    patterns=(
        "Menuiserie {0}",
        "Ateliers {0}",
        "{0} & Fils",
        "Établissements {0}",
        "Maison {0}",
        "Vitrages {0}",
        "{0} Bâtiment",
        "Miroiterie {0}",
        "{0} Rénovation",
        "Charpentes {0}",
    ),
    titles=("Gérante", "Directeur des achats", "Conductrice de travaux", "Comptable", "Chef de chantier", "Architecte"),
    tax="FR",
)
GERMANY = Country(
    name="Germany",
    currency="EUR",
    domain="de",
    dial="+49",
    digits=10,
    language="en",
    cities=(
        ("München", "80331"),
        ("Köln", "50667"),
        ("Nürnberg", "90402"),
        ("Düsseldorf", "40213"),
        ("Lübeck", "23552"),
    ),
    streets=("Hauptstraße 14", "Königsallee 92", "Am Mühlbach 3", "Goethestraße 27", "Bahnhofsplatz 1"),
    first_names=("Jürgen", "Sören", "Käthe", "Björn", "Heike", "Anneliese", "Günther", "Lena", "Matthias", "Jörg"),
    last_names=("Müller", "Krüger", "Schäfer", "Groß", "Bäcker", "Weiß", "Köhler", "Vogel", "Jäger", "Löffler"),
    patterns=("{0} Glasbau GmbH", "Fensterwerk {0} GmbH", "{0} Fassaden AG", "Glaserei {0} KG"),
    titles=("Einkaufsleiter", "Geschäftsführerin", "Projektleiter", "Buchhaltung"),
    tax="DE",
)
BRITAIN = Country(
    name="United Kingdom",
    currency="GBP",
    domain="co.uk",
    dial="+44",
    digits=10,
    language="en",
    cities=(("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Glasgow", "G2 1DU"), ("Norwich", "NR2 1TF")),
    streets=("14 Market Street", "Unit 6, Kingfisher Park", "221 Station Road", "The Old Maltings, Quay Lane"),
    first_names=("Oliver", "Charlotte", "Siân", "Harry", "Imogen", "Niamh", "George", "Zoë", "Callum", "Beatrice"),
    last_names=("Hargreaves", "O’Connor", "Whitfield", "Pemberton", "Lloyd-Jones", "Ashworth", "Mackenzie", "Penrose"),
    patterns=("{0} Glazing Ltd", "{0} & Sons Ltd", "{0} Architectural Glass Ltd", "{0} Joinery Ltd"),
    titles=("Purchasing Manager", "Managing Director", "Site Manager", "Accounts Payable"),
    tax="GB",
)
SWITZERLAND = Country(
    name="Switzerland",
    currency="CHF",
    domain="ch",
    dial="+41",
    digits=9,
    language="fr",
    cities=(("Genève", "1204"), ("Zürich", "8001"), ("Neuchâtel", "2000"), ("Bern", "3011")),
    streets=("18 rue du Rhône", "Bahnhofstrasse 45", "7 faubourg de l’Hôpital", "Kramgasse 12"),
    first_names=("Célia", "Urs", "Fabienne", "Reto", "Aurélie", "Beat", "Solène", "Jürg"),
    last_names=("Bühler", "Favre", "Rochat", "Zürcher", "Métraux", "Perrin", "Hürlimann", "Grosjean"),
    patterns=("{0} Fenêtres SA", "{0} Fenster AG", "Vitrerie {0} Sàrl", "{0} Constructions SA"),
    titles=("Responsable des achats", "Directrice", "Bauleiter", "Comptabilité"),
    tax="CHE",
)
AMERICA = Country(
    name="United States",
    currency="USD",
    domain="com",
    dial="+1",
    digits=10,
    language="en",
    cities=(("Boston", "02110"), ("Portland", "97204"), ("Chicago", "60604"), ("Santa Fe", "87501")),
    streets=("480 Congress Street", "1200 W Fulton Market", "77 Alder Avenue", "905 Canyon Road, Suite 4"),
    first_names=("Emily", "José", "Madison", "Tyrone", "Renée", "Ethan", "Anaïs", "Walter", "Grace", "Hiroshi"),
    last_names=("Sullivan", "Núñez", "Carter", "Beaumont", "Kowalski", "Nguyen", "Fairbanks", "Delgado"),
    patterns=("{0} Windows Inc.", "{0} Curtain Wall LLC", "{0} Builders Inc.", "{0} Glass Works"),
    titles=("Procurement Lead", "Owner", "Project Manager", "Controller"),
    tax="US",
)
SPAIN = Country(
    name="Spain",
    currency="EUR",
    domain="es",
    dial="+34",
    digits=9,
    language="en",
    cities=(("Málaga", "29015"), ("Cádiz", "11005"), ("León", "24001"), ("A Coruña", "15003")),
    streets=("Calle Mayor 22", "Avenida de la Constitución 8", "Plaza de España 3"),
    first_names=("Íñigo", "Lucía", "Ángel", "Begoña", "Raúl", "Sofía", "Andrés", "Concepción"),
    last_names=("Núñez", "García", "Ibáñez", "Muñoz", "Peña", "Quiñones", "Sáez", "Velázquez"),
    patterns=("Cristalería {0} S.L.", "Ventanas {0} S.A.", "Construcciones {0} S.L."),
    titles=("Jefa de compras", "Gerente", "Jefe de obra"),
    tax="ES",
)
