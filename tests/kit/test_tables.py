from multaqa.kit.tables import cell, csv_file


def test_csv_file_begins_with_the_mark_that_spreadsheets_read():
    answer = csv_file("awards", ["number", "title"], [[1, "ماء"]])

    assert b"".join(answer.streaming_content).decode() == "\ufeffnumber,title\r\n1,ماء\r\n"
    assert answer["Content-Disposition"] == 'attachment; filename="awards.csv"'


def test_cell_disarms_a_formula_and_leaves_numbers_alone():
    assert cell('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
    assert cell(-5) == -5
