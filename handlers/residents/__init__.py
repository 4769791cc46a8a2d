"""A resident's report and their own cases: from the first words to the draft, the receipt and the judgement."""
