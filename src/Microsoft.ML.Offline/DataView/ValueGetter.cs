namespace Microsoft.ML;

/// <summary>Fetches a column's value for the current row, reusing the buffers of <paramref name="value"/> where it can.</summary>
public delegate void ValueGetter<TValue>(ref TValue value);
