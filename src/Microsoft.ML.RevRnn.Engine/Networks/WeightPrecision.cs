namespace Microsoft.ML.RevRnn;

/// <summary>What the weights of a trained model are rounded to, and how many bytes they take in its file. In memory they are floats.</summary>
public enum WeightPrecision
{
    /// <summary>As they were trained: float32, and float16 those of n-grams.</summary>
    Single = 0,

    /// <summary>
    /// Matrices and token vectors in whole multiples q s, q from -127 to 127, of one scale s for each output unit or token; n-grams in fewer, of one scale for all that equally many texts
    /// have. Biases and scalars stay float32. A file is about a quarter of what it was.
    /// </summary>
    Int8 = 1,
}
