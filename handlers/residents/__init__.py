"""A resident's report and cases: from the first words to draft, receipt and judgement."""
