namespace Microsoft.ML.RevRnn;

/// <summary>What BLEU does with an order of n-grams of which none matches, since the logarithm of 0 would make the whole score 0.</summary>
public enum BleuSmoothing
{
    /// <summary>The k-th order without a match has precision 1 / (2^k t), t being its n-grams (Chen and Cherry 2014, method 3). sacreBLEU's default.</summary>
    Exponential = 0,

    /// <summary>The precision is v / t; v is <see cref="BleuOptions.SmoothingValue"/>, by default 0.1.</summary>
    Floor = 1,

    /// <summary>v is added to matches and n-grams of all orders above 1; v is <see cref="BleuOptions.SmoothingValue"/>, by default 1.</summary>
    AddK = 2,

    /// <summary>Nothing: the score is 0.</summary>
    None = 3,
}
