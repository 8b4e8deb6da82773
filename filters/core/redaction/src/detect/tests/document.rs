use super::*;

#[test]
fn passport() {
    check(
        "passport",
        &[
            ("Passport No. 912803456", &["912803456"]),
            ("my passport is A12803456.", &["A12803456"]),
            ("passport number: j6932157", &["j6932157"]),
            ("passportNumber\":\"AB123456\"", &["AB123456"]),
            ("Passports: AB1234567 and XY9876543", &["AB1234567", "XY9876543"]),
            ("Mi pasaporte es AAA123456", &["AAA123456"]),
            ("AAA123456 es mi número de pasaporte", &["AAA123456"]),
            ("Reisepass C01X00T41 ausgestellt", &["C01X00T41"]),
            ("Reisepass-Nr.: C01X00T4", &[]),
            ("passeport n° 12AB34567", &["12AB34567"]),
            ("паспорт 4510123456", &["4510123456"]),
            ("여권번호는 M123A4567입니다", &["M123A4567"]),
            ("护照号码：E12345678", &["E12345678"]),
            ("paspoortnummer NWP1X2B38", &["NWP1X2B38"]),
            ("Passport AB 1234567", &[]),
        ],
    );
    none_of(
        "passport",
        &[
            "",
            "A12803456",
            "912803456",
            "passport photo 35mm",
            "passport control at gate 12",
            "passport issued 2019-05-04",
            "passport (order 912803456)",
            "passport expired, reach us on 212-555-0123",
        ],
    );
    // Doc 9303's own examples: passport, and the three lines of a card.
    all_of(
        "passport",
        &[
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "I<UTOD231458907<<<<<<<<<<<<<<<",
            "7408122F1204159UTO<<<<<<<<<<<6",
            "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
            "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
            "D231458907UTO7408122F1204159<<<<<<<6",
        ],
    );
    none_of(
        "passport",
        &[
            "L898902C37UTO7408122F1204159ZE184226B<<<<<10",
            "L898902C36UTO7408123F1204159ZE184226B<<<<<10",
            "I<UTOD231458906<<<<<<<<<<<<<<<",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<",
            "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
            "<<<<<<< HEAD",
            "a << b << c",
            "<A><B><C>",
        ],
    );
}

#[test]
fn driving_licence() {
    all_of("driving-licence", &["MORGA657054SM9IJ", "FO999512018AA1AB", "JONES710153J99EF", "morga607054sm9ij"]);
    check(
        "driving-licence",
        &[
            ("My driver's license number is F162823540116", &["F162823540116"]),
            ("driver\u{2019}s licence: 6940579", &["6940579"]),
            ("drivers_license=U62928788557186", &["U62928788557186"]),
            ("driver's license 2270-66-1551", &["2270-66-1551"]),
            ("DL# S530-460-78-901-0", &["S530-460-78-901-0"]),
            ("\"driverLicense\": \"D1234567\"", &["D1234567"]),
            ("Führerschein BO12345678A", &["BO12345678A"]),
            ("permis de conduire 123456789012", &["123456789012"]),
            ("patente di guida U1H00B000C", &["U1H00B000C"]),
            ("운전면허번호 11-22-123456-12", &["11-22-123456-12"]),
            ("11-22-123456-12", &["11-22-123456-12"]),
            ("my license is 28 22 123456 12", &["28 22 123456 12"]),
            ("DL: 123 456 789", &["123 456 789"]),
            ("D1234567 is my driver's license", &["D1234567"]),
        ],
    );
    none_of(
        "driving-licence",
        &[
            "",
            "F162823540116",
            "99-22-123456-12",
            "11-22-12345-12",
            "111-22-123456-12",
            "MORGA600054SM9IJ",
            "MORGA613054SM9IJ",
            "MORGA607324SM9IJ",
            "9MORG607054SM9IJ",
            "driver's license, class B",
            "driver's license expires 2027-01-31",
            "driver's license? call 212-555-0123",
            "medical license number 12345678",
            "software license number AB12345678",
            "driver version 535.104.05",
        ],
    );
}

#[test]
fn date_of_birth() {
    check(
        "date-of-birth",
        &[
            ("DOB: 03/12/1985", &["03/12/1985"]),
            ("dob 3/12/85", &["3/12/85"]),
            ("D.O.B. 12-03-1985", &["12-03-1985"]),
            ("date of birth: 1985-03-12.", &["1985-03-12"]),
            ("\"dateOfBirth\":\"1985-03-12T00:00:00Z\"", &["1985-03-12"]),
            ("birth_date=19850312", &["19850312"]),
            ("She was born on March 12, 1985, in Ulm", &["March 12, 1985"]),
            ("born 12 March 1985", &["12 March 1985"]),
            ("born on the 12th of March, 1985", &["12th of March, 1985"]),
            ("born 12-Mar-1985", &["12-Mar-1985"]),
            ("DOB 12MAR1985", &["12MAR1985"]),
            ("geboren am 12. März 1985", &["12. März 1985"]),
            ("geb. 12.03.1985", &["12.03.1985"]),
            ("née le 1er mars 1985", &["1er mars 1985"]),
            ("né(e) le 12/03/1985", &["12/03/1985"]),
            ("Fecha de nacimiento: 12 de marzo de 1985", &["12 de marzo de 1985"]),
            ("nata il 12 marzo 1985", &["12 marzo 1985"]),
            ("data de nascimento 12/03/1985", &["12/03/1985"]),
            ("geboortedatum 12-03-1985", &["12-03-1985"]),
            ("родился 12 марта 1985", &["12 марта 1985"]),
            ("生年月日：1985年3月12日", &["1985年3月12日"]),
            ("생년월일: 1985년 3월 12일", &["1985년 3월 12일"]),
            ("12.03.1985 geboren", &["12.03.1985"]),
            ("born 14 March 1879, no: born 14 March 1979", &["14 March 1979"]),
            ("born 12 March 1985, died 18 April 2015", &["12 March 1985"]),
            ("DOB 1985-03-12, hired 2010-04-01", &["1985-03-12"]),
        ],
    );
    none_of(
        "date-of-birth",
        &[
            "",
            "1985-03-12",
            "due 1985-03-12",
            "born 1985",
            "born 1985-13-12",
            "born 1985-02-30",
            "born 31.04.1985",
            "born 12 Marble 1",
            "born 12/03/1885",
            "born in room 12-03",
            "newborn 1985-03-12",
            "born to run, released 25 August 1975",
            "dob 10.20.30.40",
            "born 1234567",
        ],
    );
}
