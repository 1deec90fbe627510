"""Arabic: do these words mean the same to a reader?

For search: الحماية finds حماية, وبالحماية and الحِمايَة; صناديق finds صندوق; اجتماعي does not find
اجتماع. Source: light stemming after Larkey, Ballesteros & Connell 2007, with a curated lexicon of broken
plurals. Guarantee: the same word gives the same stem in any spelling of its hamzas and marks; a stem is never
shorter than two letters; `check` measures how well any list of word families is told apart.

>>> stem("وبالجمعيات"), stem("جمعيتها"), stem("الصناديق"), stem("صندوق")
('جمعي', 'جمعي', 'صندوق', 'صندوق')
>>> terms("دور المجتمع المدني في تعزيز الحِماية الاجتماعية")
['دور', 'مجتمع', 'مدني', 'تعزيز', 'حماي', 'اجتماعي']
>>> check([["مجلس", "المجالس"], ["جلسة", "الجلسات"]]).recall
1.0
"""

from multaqa.engine.arabic._normalise import normalise
from multaqa.engine.arabic._stem import Analysis, analyse, stem
from multaqa.engine.arabic._terms import Report, Step, check, explain, terms, words

__all__ = ["Analysis", "Report", "Step", "analyse", "check", "explain", "normalise", "stem", "terms", "words"]
