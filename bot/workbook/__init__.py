"""The operator's workbook (XLSX): its template, and its way into the reference tables."""
