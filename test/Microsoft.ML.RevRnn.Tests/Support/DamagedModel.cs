namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Saved models that were damaged on the way: what must hold whatever the model.</summary>
internal static class DamagedModel
{
    private const int Truncations = 20;

    /// <summary>A flipped bit of the content is a format error.</summary>
    /// <param name="model">The model.</param>
    /// <param name="distance">Bytes from one that is changed to the next.</param>
    public static void CheckFlippedBits(ITransformer model, int distance)
    {
        var image = ModelFileImage.Of(model);
        var component = image.Component;
        for (var i = 0; i < image.ContentLength; i += distance)
        {
            component[ModelFileImage.ContentOffset + i] ^= (byte)(1 << (i % 8));
            CheckRefused(image.With(component), $"Byte {i}");
            component[ModelFileImage.ContentOffset + i] ^= (byte)(1 << (i % 8));
        }
    }

    /// <summary>A file that was cut off is a format error.</summary>
    public static void CheckTruncations(ITransformer model)
    {
        var file = ModelFileImage.Of(model).File;
        for (var i = 0; i < Truncations; i++)
        {
            var length = (int)((long)file.Length * i / Truncations);
            CheckRefused(file[..length], $"Length {length}");
        }
    }

    /// <summary>Content that was changed on purpose, checksum and all, is read or is a format error.</summary>
    /// <param name="model">The model.</param>
    /// <param name="heads">Changes among the first bytes, which hold what is not a weight: names, counts and sizes.</param>
    /// <param name="distance">Bytes from one of these to the next.</param>
    public static void CheckForgeries(ITransformer model, int heads, int distance)
    {
        var image = ModelFileImage.Of(model);
        var random = new Random(2);
        for (var i = 0; i < heads + 50; i++)
        {
            try
            {
                image.LoadForged(content => content[i < heads ? i * distance : random.Next(content.Length)] = (byte)random.Next(256));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Errors.CheckDamage(failure, $"Change {i}");
            }
        }
    }

    /// <summary>Columns of one name, as content that was changed on purpose may have them, are a format error that says so.</summary>
    /// <param name="model">The model, of which one column's name is there once.</param>
    /// <param name="name">That name.</param>
    /// <param name="other">The name of another column, of the same length.</param>
    public static void CheckSameNames(ITransformer model, ReadOnlySpan<byte> name, ReadOnlySpan<byte> other)
    {
        var (from, to) = (name.ToArray(), other.ToArray());
        var failure = Errors.Of(() => ModelFileImage.Of(model).LoadForged(content => to.CopyTo(content[content.IndexOf(from)..])));

        StringAssert.Contains(Errors.Cause<FormatException>(failure)!.Message, "the same name");
    }

    private static void CheckRefused(byte[] file, string what)
    {
        var failure = Errors.Of(() => ModelFileImage.Load(file));
        Assert.IsNotNull(Errors.Cause<FormatException>(failure), $"{what}: {failure}");
    }
}
