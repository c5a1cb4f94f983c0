namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Luong's attention in double precision, a step of a row at a time. Without W_in it is the dot product's.</summary>
/// <param name="wIn">W_in [C, H].</param>
/// <param name="wOut">W_out [O, C + H].</param>
internal sealed class ReferenceAttention(Variable? wIn, Variable wOut)
{
    public ReferenceAttention(double[] wIn, double[] wOut)
        : this(new Variable(wIn), new Variable(wOut))
    {
    }

    public Variable? In => wIn;

    public Variable Out => wOut;

    /// <param name="q">[H].</param>
    /// <param name="contexts">[S, C], joined.</param>
    public Step Read(Variable q, Variable contexts)
    {
        var scores = Variable.Product(contexts, wIn == null ? q : Variable.Product(wIn, q));
        var alpha = scores.Softmax();
        var mean = Variable.TransposedProduct(contexts, alpha);
        return new Step(scores, alpha, mean, Variable.Product(wOut, Variable.Join(mean, q)).Tanh());
    }

    /// <summary>score_s = (W_in q) . ctx_s, alpha = softmax, c = sum of alpha_s ctx_s, out = tanh(W_out [c ; q]).</summary>
    public readonly record struct Step(Variable Scores, Variable Alpha, Variable Context, Variable Output);
}
