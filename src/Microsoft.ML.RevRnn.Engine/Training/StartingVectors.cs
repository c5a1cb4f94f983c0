using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Vectors of tokens that were learned elsewhere; all else is random.</summary>
internal sealed class StartingVectors(WordVectors vectors) : StartingWeights
{
    public override bool FreezesEmbedding => vectors.IsFrozen;

    public override void CopyTo(NetworkParameters parameters)
    {
        var table = parameters.Encoder.Embedding.Value;
        var (wanted, present) = Deviations(parameters);
        if (present == 0)
            return;
        // Random values are uniform within 1 / sqrt(D), of the deviation 1 / sqrt(3 D).
        var ofRandom = (float)(wanted * Math.Sqrt(3 * vectors.Dimension));
        for (var token = 0; token < table.Rows; token++)
        {
            for (var column = 0; column < table.Columns; column++)
                table.At(token, column) *= ofRandom;
        }
        var ofVectors = (float)(wanted / present);
        foreach (var (token, vector) in vectors.All)
        {
            for (var column = 0; column < vector.Length; column++)
                table.At(token, column) = vector[column] * ofVectors;
        }
    }

    public override void WriteIdentity(BinaryWriter writer) => vectors.WriteIdentity(writer);

    private (double Wanted, double Present) Deviations(NetworkParameters parameters)
    {
        double sum = 0;
        double squares = 0;
        long count = 0;
        foreach (var (_, vector) in vectors.All)
        {
            foreach (var value in vector)
            {
                sum += value;
                squares += (double)value * value;
            }
            count += vector.Length;
        }
        var mean = count == 0 ? 0 : sum / count;
        var variance = count == 0 ? 0 : squares / count - mean * mean;
        var scale = double.Parse(Environment.GetEnvironmentVariable("VECTOR_DEVIATION") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        return (scale > 0 ? scale : 1 / Math.Sqrt(3 * vectors.Dimension), Math.Sqrt(Math.Max(variance, 0)));
    }
}
