"""What others would write for the same figures: DuckDB SQL, pandas, and Polars by hand.

Each knows that the synthetic export is whole and clean, so it neither looks for what is missing nor
judges rows, as cxtool does; nor does it test changes against chance.
"""
